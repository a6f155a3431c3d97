/// How the learning rate changes over steps.
@NullMarked
package io.attend.schedule;

import org.jspecify.annotations.NullMarked;
