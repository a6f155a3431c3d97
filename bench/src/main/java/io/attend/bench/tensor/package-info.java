/// What the facade over libtorch costs.
@NullMarked
package io.attend.bench.tensor;

import org.jspecify.annotations.NullMarked;
