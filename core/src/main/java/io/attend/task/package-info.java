/// What a person asks of a model, in the person's terms.
@NullMarked
package io.attend.task;

import org.jspecify.annotations.NullMarked;
