/// What ways to mix positions really take, measured: time, memory, how both grow, what they learn.
@NullMarked
package io.attend.measure;

import org.jspecify.annotations.NullMarked;
