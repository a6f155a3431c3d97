/// Vectors in, scores out.
@NullMarked
package io.attend.head;

import org.jspecify.annotations.NullMarked;
