/// What a training run costs beside its arithmetic: memory kept, memory that stays.
@NullMarked
package io.attend.bench.training;

import org.jspecify.annotations.NullMarked;
