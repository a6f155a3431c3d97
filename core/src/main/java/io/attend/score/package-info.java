/// How well a query matches a key.
@NullMarked
package io.attend.score;

import org.jspecify.annotations.NullMarked;
