/// What feed-forwards cost.
@NullMarked
package io.attend.bench.feedforward;

import org.jspecify.annotations.NullMarked;
