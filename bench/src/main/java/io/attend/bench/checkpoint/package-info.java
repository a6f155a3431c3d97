/// Models read from disk: how long it takes and how much memory, against reading their bytes.
@NullMarked
package io.attend.bench.checkpoint;

import org.jspecify.annotations.NullMarked;
