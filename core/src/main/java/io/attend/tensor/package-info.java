/// The thin facade over libtorch: the only package that imports `org.bytedeco`.
///
/// [io.attend.tensor.Tensor] carries PyTorch's operations under PyTorch's names, [io.attend.tensor.Lifetime]
/// owns their memory, [io.attend.tensor.TensorException] says in one line what went wrong.
/// [io.attend.tensor.DType], [io.attend.tensor.Shape] and [io.attend.tensor.Device] are plain values that load
/// no native code.
@NullMarked
package io.attend.tensor;

import org.jspecify.annotations.NullMarked;
