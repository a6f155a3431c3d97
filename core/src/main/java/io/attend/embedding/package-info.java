/// Tokens in, vectors out.
@NullMarked
package io.attend.embedding;

import org.jspecify.annotations.NullMarked;
