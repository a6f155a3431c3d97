/// Attention. Shapes: B batch, T queries, S keys, H heads, K key-value heads, D head size, E width.
@NullMarked
package io.attend.attention;

import org.jspecify.annotations.NullMarked;
