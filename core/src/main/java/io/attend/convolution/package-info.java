/// Convolutions over a sequence.
@NullMarked
package io.attend.convolution;

import org.jspecify.annotations.NullMarked;
