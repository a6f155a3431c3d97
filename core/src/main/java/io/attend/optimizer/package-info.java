/// How gradients change weights.
@NullMarked
package io.attend.optimizer;

import org.jspecify.annotations.NullMarked;
