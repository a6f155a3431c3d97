/// What a model is trained to make small.
@NullMarked
package io.attend.objective;

import org.jspecify.annotations.NullMarked;
