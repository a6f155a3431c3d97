/// Parameters, FLOPs and bytes of an architecture, without native code.
@NullMarked
package io.attend.cost;

import org.jspecify.annotations.NullMarked;
