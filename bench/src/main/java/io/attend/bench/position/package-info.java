/// What positions do beyond the lengths they were trained on.
@NullMarked
package io.attend.bench.position;

import org.jspecify.annotations.NullMarked;
