/// What attention costs by the score it uses and the way it is computed.
package io.attend.bench.attention;
