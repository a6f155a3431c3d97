/// How a model knows the order of its tokens: added to embeddings, or acting inside attention.
@NullMarked
package io.attend.position;

import org.jspecify.annotations.NullMarked;
