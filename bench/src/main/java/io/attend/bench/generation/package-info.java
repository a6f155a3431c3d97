/// How fast texts are written, beside llama.cpp and Jlama and the memory's own speed, and in how much memory.
@NullMarked
package io.attend.bench.generation;

import org.jspecify.annotations.NullMarked;
