/// What a step of an optimizer costs.
@NullMarked
package io.attend.bench.optimizer;

import org.jspecify.annotations.NullMarked;
