/// What stacks cost.
@NullMarked
package io.attend.bench.architecture;

import org.jspecify.annotations.NullMarked;
