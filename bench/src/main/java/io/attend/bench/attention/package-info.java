/// What attention costs by the score it uses and the way it is computed.
@NullMarked
package io.attend.bench.attention;

import org.jspecify.annotations.NullMarked;
