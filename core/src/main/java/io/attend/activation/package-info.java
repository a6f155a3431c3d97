/// Activation functions.
@NullMarked
package io.attend.activation;

import org.jspecify.annotations.NullMarked;
