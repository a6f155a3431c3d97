/// Products of matrices with single vectors, straight from the memory in which weights lie, in the number
/// formats that weights are stored in; by the processor's vectors, with a plain reference beside each.
///
/// Matrix-vector products read each weight once, so their speed is the memory's: what is done to a weight must
/// take less time than reading it.
@NullMarked
package io.attend.kernel;

import org.jspecify.annotations.NullMarked;
