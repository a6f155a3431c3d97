/// How fast texts are written, and in how much memory.
@NullMarked
package io.attend.bench.generation;

import org.jspecify.annotations.NullMarked;
