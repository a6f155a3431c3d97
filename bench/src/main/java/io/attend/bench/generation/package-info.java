/// Writing token by token: how near it comes to the memory's speed, beside llama.cpp and Jlama.
@NullMarked
package io.attend.bench.generation;

import org.jspecify.annotations.NullMarked;
