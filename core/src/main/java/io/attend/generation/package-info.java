/// Tokens out of a model, one after another.
@NullMarked
package io.attend.generation;

import org.jspecify.annotations.NullMarked;
