package io.attend.tensor;

import static io.attend.tensor.Engine.NO_TYPE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// A multi-dimensional array of numbers with automatic differentiation: a thin final facade over libtorch's
/// tensor.
///
/// Operations carry PyTorch's names and meaning, `_` at the end of a name marks those that write in place.
/// Every result belongs to the innermost open [Lifetime] and shares nothing with the garbage collector.
/// Failures are [TensorException]s naming the operation, the shapes and the reason. About a microsecond of
/// overhead an operation.
///
/// Over 500 lines because it is one flat table of operations; there is no logic to find here.
public final class Tensor implements AutoCloseable {
    private final org.bytedeco.pytorch.Tensor pointer;

    private Tensor(org.bytedeco.pytorch.Tensor pointer) {
        this.pointer = pointer;
    }

    org.bytedeco.pytorch.Tensor pointer() {
        return pointer;
    }

    /// A tensor of our own over one that the engine only lends.
    static Tensor borrowed(TensorBase lent) {
        return made("borrow", () -> new org.bytedeco.pytorch.Tensor(lent));
    }

    /// Runs one operation that makes a tensor.
    static Tensor made(String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... operands) {
        Lifetime lifetime = Lifetime.current();
        try {
            return lifetime.note(Watch.tell(operation, new Tensor(body.get()), operands));
        } catch (RuntimeException e) {
            throw TensorException.translate(operation, e, operands);
        }
    }

    /// Runs one operation that makes none.
    static void run(String operation, Runnable body, Tensor... operands) {
        try {
            body.run();
        } catch (RuntimeException e) {
            throw TensorException.translate(operation, e, operands);
        }
    }

    Tensor filled(String operation, Consumer<org.bytedeco.pytorch.Tensor> body) {
        run(operation, () -> body.accept(pointer), this);
        return this;
    }

    // ---- making ----

    public static Tensor empty(Shape shape, DType dtype) {
        return empty(shape, dtype, Device.CPU);
    }

    public static Tensor empty(Shape shape, DType dtype, Device device) {
        Engine.start();
        return made(
                "empty " + shape + " " + dtype,
                () -> torch.empty(shape.toArray(), Types.options(dtype, device), Engine.NO_FORMAT));
    }

    public static Tensor zeros(Shape shape, DType dtype) {
        return empty(shape, dtype).zero_();
    }

    public static Tensor ones(Shape shape, DType dtype) {
        return empty(shape, dtype).fill_(1);
    }

    public static Tensor full(Shape shape, double value, DType dtype) {
        return empty(shape, dtype).fill_(value);
    }

    /// The integers `from, from + 1, ..., to - 1`, [to - from] int64.
    public static Tensor arange(long from, long to) {
        Engine.start();
        return made(
                "arange", () -> torch.arange(new Scalar(from), new Scalar(to), Types.options(DType.INT64, Device.CPU)));
    }

    public static Tensor of(float[] values, long... shape) {
        return copied(MemorySegment.ofArray(values), DType.FLOAT32, shape(shape, values.length));
    }

    public static Tensor of(double[] values, long... shape) {
        return copied(MemorySegment.ofArray(values), DType.FLOAT64, shape(shape, values.length));
    }

    public static Tensor of(long[] values, long... shape) {
        return copied(MemorySegment.ofArray(values), DType.INT64, shape(shape, values.length));
    }

    public static Tensor of(boolean[] values, long... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return copied(MemorySegment.ofArray(bytes), DType.BOOL, shape(shape, values.length));
    }

    private static Shape shape(long[] sizes, int count) {
        Shape shape = sizes.length == 0 ? Shape.of(count) : Shape.of(sizes);
        if (shape.count() != count) {
            throw new IllegalArgumentException(
                    "shape " + shape + " holds " + shape.count() + " elements, but " + count + " values were given");
        }
        return shape;
    }

    /// A tensor holding a copy of the bytes of `data`.
    public static Tensor copied(MemorySegment data, DType dtype, Shape shape) {
        checkBytes(data, dtype, shape);
        Tensor tensor = empty(shape, dtype);
        tensor.memory().copyFrom(data);
        return tensor;
    }

    /// A tensor over `data` itself: no copy, pages of a mapped file load as they are touched. The segment stays
    /// mapped for as long as any tensor uses it, so it must come from an automatic or the global arena: one
    /// that can be closed would leave the tensor pointing at nothing.
    public static Tensor over(MemorySegment data, DType dtype, Shape shape) {
        return over(data, () -> {}, dtype, shape);
    }

    /// The same over a segment of an arena that can be closed, and is when the last tensor that uses it is
    /// gone. No other tensor may stand on the same segment.
    public static Tensor over(MemorySegment data, Arena owned, DType dtype, Shape shape) {
        return over(data, owned::close, dtype, shape);
    }

    private static Tensor over(MemorySegment data, Runnable freed, DType dtype, Shape shape) {
        Engine.start();
        checkBytes(data, dtype, shape);
        if (!data.isNative()) {
            throw new IllegalArgumentException("the segment is on the Java heap; use Tensor.copied");
        }
        if (data.byteSize() == 0) {
            freed.run();
            return empty(shape, dtype);
        }
        return made("over", () -> Borrowed.tensor(data, dtype, shape, freed));
    }

    private static void checkBytes(MemorySegment data, DType dtype, Shape shape) {
        if (data.byteSize() != shape.count() * dtype.bytes()) {
            throw new IllegalArgumentException(shape + " " + dtype + " needs " + shape.count() * dtype.bytes()
                    + " bytes, but the data has " + data.byteSize());
        }
    }

    // ---- reading ----

    public Shape shape() {
        long[] sizes = new long[rank()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = pointer.size(i);
        }
        return Shape.of(sizes);
    }

    public int rank() {
        checkOpen();
        return (int) pointer.dim();
    }

    /// The size of one axis; negative axes count from the end.
    public long size(int axis) {
        checkOpen();
        int rank = (int) pointer.dim();
        if (axis < -rank || axis >= rank) {
            throw new TensorException("size: " + this + " has no axis " + axis);
        }
        return pointer.size(axis);
    }

    /// The count of elements.
    public long count() {
        checkOpen();
        return pointer.numel();
    }

    public DType dtype() {
        checkOpen();
        return Types.of(pointer.scalar_type());
    }

    public Device device() {
        checkOpen();
        return pointer.is_cuda() ? Device.cuda(pointer.device().index()) : Device.CPU;
    }

    /// The single number of a tensor of one element.
    public double item() {
        if (count() != 1) {
            throw new TensorException("item: " + this + " does not hold exactly one number");
        }
        return pointer.item_double();
    }

    /// The elements in row-major order.
    public float[] toFloats() {
        return to(DType.FLOAT32).plain().memory().toArray(ValueLayout.JAVA_FLOAT);
    }

    /// The elements in row-major order.
    public double[] toDoubles() {
        return to(DType.FLOAT64).plain().memory().toArray(ValueLayout.JAVA_DOUBLE);
    }

    /// The elements in row-major order.
    public long[] toLongs() {
        return to(DType.INT64).plain().memory().toArray(ValueLayout.JAVA_LONG);
    }

    private Tensor plain() {
        return to(Device.CPU).contiguous();
    }

    /// The bytes of a contiguous tensor on the processor, without a copy: valid until the tensor is freed.
    ///
    /// @throws TensorException if the tensor is strided or on another device
    @SuppressWarnings("restricted") // the engine's memory; bounded by the tensor's own size
    public MemorySegment memory() {
        checkOpen();
        if (!pointer.is_contiguous() || pointer.is_cuda()) {
            throw new TensorException("memory: " + this + " is not contiguous on the processor");
        }
        return pointer.numel() == 0
                ? MemorySegment.NULL
                : MemorySegment.ofAddress(pointer.data_ptr().address()).reinterpret(pointer.nbytes());
    }

    // ---- life ----

    /// Makes this tensor outlive every lifetime, until [#close]. Every call needs a close of its own.
    public Tensor retain() {
        checkOpen();
        pointer.retainReference();
        return this;
    }

    @Override
    public void close() {
        if (!pointer.isNull()) {
            pointer.releaseReference();
        }
    }

    boolean isClosed() {
        return pointer.isNull();
    }

    private void checkOpen() {
        if (pointer.isNull()) {
            throw new TensorException("a tensor is used after its Lifetime closed; keep it with Lifetime.keep(tensor)");
        }
    }

    // ---- gradients ----

    public Tensor requiresGrad(boolean required) {
        run("requires_grad", () -> pointer.set_requires_grad(required), this);
        return this;
    }

    public boolean requiresGrad() {
        checkOpen();
        return pointer.requires_grad();
    }

    /// What [#backward] left here, or nothing if this tensor took no part.
    public Optional<Tensor> grad() {
        checkOpen();
        Lifetime.require();
        org.bytedeco.pytorch.Tensor borrowed = pointer.mutable_grad();
        return borrowed.defined()
                ? Optional.of(new Tensor(new org.bytedeco.pytorch.Tensor(borrowed)))
                : Optional.empty();
    }

    /// Has [#backward] leave a gradient here although this tensor was computed from others.
    public void retainGrad() {
        run("retain_grad", pointer::retain_grad, this);
    }

    /// Drops the gradient, so that the next backward pass starts from nothing.
    public void clearGrad() {
        checkOpen();
        pointer.mutable_grad().reset();
    }

    /// Adds the derivative of this single number with respect to every tensor that requires it to that tensor's
    /// [#grad].
    public void backward() {
        run("backward", pointer::backward, this);
    }

    public Tensor detach() {
        return made("detach", pointer::detach, this);
    }

    // ---- element types, devices, layout ----

    public Tensor to(DType dtype) {
        return dtype() == dtype ? this : made("to " + dtype, () -> pointer.to(Types.of(dtype)), this);
    }

    public Tensor to(Device device) {
        return device().equals(device)
                ? this
                : made("to " + device, () -> pointer.to(Types.of(device), pointer.scalar_type()), this);
    }

    public Tensor contiguous() {
        return made("contiguous", pointer::contiguous, this);
    }

    @Override
    public Tensor clone() {
        return made("clone", pointer::clone, this);
    }

    // ---- shape ----

    public Tensor reshape(long... shape) {
        return made("reshape", () -> pointer.reshape(shape), this);
    }

    public Tensor transpose(int first, int second) {
        return made("transpose", () -> pointer.transpose(first, second), this);
    }

    public Tensor permute(long... axes) {
        return made("permute", () -> pointer.permute(axes), this);
    }

    public Tensor unsqueeze(int axis) {
        return made("unsqueeze", () -> pointer.unsqueeze(axis), this);
    }

    public Tensor squeeze(int axis) {
        return made("squeeze", () -> pointer.squeeze(axis), this);
    }

    public Tensor expand(long... shape) {
        return made("expand", () -> pointer.expand(shape), this);
    }

    public Tensor flatten(int from, int to) {
        return made("flatten", () -> pointer.flatten(from, to), this);
    }

    public Tensor narrow(int axis, long start, long length) {
        return made("narrow", () -> pointer.narrow(axis, start, length), this);
    }

    public Tensor select(int axis, long index) {
        return made("select", () -> pointer.select(axis, index), this);
    }

    /// The real part of the discrete Fourier transform over the last two axes, of float32 or float64.
    public Tensor fft2Real() {
        return made("fft2", () -> torch.real(torch.fft_fft2(pointer)), this);
    }

    public Tensor flip(long... axes) {
        return made("flip", () -> pointer.flip(axes), this);
    }

    public Tensor repeatInterleave(long times, int axis) {
        return made(
                "repeat_interleave",
                () -> pointer.repeat_interleave(times, new LongOptional(axis), new LongOptional()),
                this);
    }

    /// Splits an axis into parts of `size`, the last one shorter if need be.
    public List<Tensor> split(long size, int axis) {
        Lifetime.require();
        try {
            TensorVector parts = pointer.split(size, axis);
            List<Tensor> tensors = new ArrayList<>();
            for (long i = 0; i < parts.size(); i++) {
                tensors.add(new Tensor(new org.bytedeco.pytorch.Tensor(parts.get(i))));
            }
            return tensors;
        } catch (RuntimeException e) {
            throw TensorException.translate("split", e, this);
        }
    }

    public static Tensor cat(int axis, Tensor... tensors) {
        return made("cat", () -> torch.cat(vector(tensors), axis), tensors);
    }

    public static Tensor stack(int axis, Tensor... tensors) {
        return made("stack", () -> torch.stack(vector(tensors), axis), tensors);
    }

    static TensorVector vector(Tensor... tensors) {
        org.bytedeco.pytorch.Tensor[] pointers = new org.bytedeco.pytorch.Tensor[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            pointers[i] = tensors[i].pointer;
        }
        return new TensorVector(pointers);
    }

    // ---- arithmetic ----

    public Tensor add(Tensor other) {
        return made("add", () -> pointer.add(other.pointer), this, other);
    }

    public Tensor add(double value) {
        return made("add", () -> pointer.add(scalar(value)), this);
    }

    public Tensor sub(Tensor other) {
        return made("sub", () -> pointer.sub(other.pointer), this, other);
    }

    public Tensor sub(double value) {
        return made("sub", () -> pointer.sub(scalar(value)), this);
    }

    public Tensor mul(Tensor other) {
        return made("mul", () -> pointer.mul(other.pointer), this, other);
    }

    public Tensor mul(double value) {
        return made("mul", () -> pointer.mul(scalar(value)), this);
    }

    /// `this + left · right`
    public Tensor addcmul(Tensor left, Tensor right) {
        return made("addcmul", () -> pointer.addcmul(left.pointer, right.pointer), this, left, right);
    }

    public Tensor div(Tensor other) {
        return made("div", () -> pointer.div(other.pointer), this, other);
    }

    public Tensor div(double value) {
        return made("div", () -> pointer.div(scalar(value)), this);
    }

    /// The remainder of a division, of the divisor's sign.
    public Tensor remainder(double divisor) {
        return made("remainder", () -> pointer.remainder(scalar(divisor)), this);
    }

    public Tensor pow(double exponent) {
        return made("pow", () -> pointer.pow(scalar(exponent)), this);
    }

    /// The whole number below `this / divisor`.
    public Tensor floorDivide(long divisor) {
        return made("floor_divide", () -> pointer.floor_divide(scalar(divisor)), this);
    }

    /// What [#floorDivide] leaves: at least 0 and below the divisor, whatever the sign.
    public Tensor remainder(long divisor) {
        return made("remainder", () -> pointer.remainder(scalar(divisor)), this);
    }

    public Tensor neg() {
        return made("neg", pointer::neg, this);
    }

    public Tensor abs() {
        return made("abs", pointer::abs, this);
    }

    public Tensor exp() {
        return made("exp", pointer::exp, this);
    }

    public Tensor log() {
        return made("log", pointer::log, this);
    }

    public Tensor sqrt() {
        return made("sqrt", pointer::sqrt, this);
    }

    public Tensor rsqrt() {
        return made("rsqrt", pointer::rsqrt, this);
    }

    public Tensor square() {
        return made("square", pointer::square, this);
    }

    public Tensor sin() {
        return made("sin", pointer::sin, this);
    }

    public Tensor cos() {
        return made("cos", pointer::cos, this);
    }

    public Tensor tanh() {
        return made("tanh", pointer::tanh, this);
    }

    public Tensor sigmoid() {
        return made("sigmoid", pointer::sigmoid, this);
    }

    public Tensor relu() {
        return made("relu", pointer::relu, this);
    }

    public Tensor silu() {
        return made("silu", () -> torch.silu(pointer), this);
    }

    /// `x Φ(x)`, with the exact error function.
    public Tensor gelu() {
        return made("gelu", () -> torch.gelu(pointer), this);
    }

    /// GELU's approximation by a hyperbolic tangent.
    public Tensor geluTanh() {
        return made("gelu", () -> torch.gelu(pointer, "tanh"), this);
    }

    /// `x · tanh(ln(1 + eˣ))`.
    public Tensor mish() {
        return made("mish", () -> torch.mish(pointer), this);
    }

    /// `min(max(x, 0), 6)`, whose derivative is 0 at both ends.
    public Tensor relu6() {
        return made("relu6", () -> torch.relu6(pointer), this);
    }

    public Tensor leakyRelu(double slope) {
        return made("leaky_relu", () -> torch.leaky_relu(pointer, scalar(slope)), this);
    }

    public Tensor erf() {
        return made("erf", pointer::erf, this);
    }

    public Tensor clamp(double least, double most) {
        return made(
                "clamp",
                () -> pointer.clamp(new ScalarOptional(scalar(least)), new ScalarOptional(scalar(most))),
                this);
    }

    public Tensor clampMin(double least) {
        return made("clamp_min", () -> pointer.clamp_min(scalar(least)), this);
    }

    public Tensor clampMax(double most) {
        return made("clamp_max", () -> pointer.clamp_max(scalar(most)), this);
    }

    // ---- comparison and choice ----

    public Tensor eq(Tensor other) {
        return made("eq", () -> pointer.eq(other.pointer), this, other);
    }

    public Tensor eq(double value) {
        return made("eq", () -> pointer.eq(scalar(value)), this);
    }

    public Tensor ne(double value) {
        return made("ne", () -> pointer.ne(scalar(value)), this);
    }

    public Tensor ge(double value) {
        return made("ge", () -> pointer.ge(scalar(value)), this);
    }

    public Tensor lt(double value) {
        return made("lt", () -> pointer.lt(scalar(value)), this);
    }

    public Tensor le(Tensor other) {
        return made("le", () -> pointer.le(other.pointer), this, other);
    }

    public Tensor lt(Tensor other) {
        return made("lt", () -> pointer.lt(other.pointer), this, other);
    }

    public Tensor gt(Tensor other) {
        return made("gt", () -> pointer.gt(other.pointer), this, other);
    }

    public Tensor logicalAnd(Tensor other) {
        return made("logical_and", () -> pointer.logical_and(other.pointer), this, other);
    }

    public Tensor logicalOr(Tensor other) {
        return made("logical_or", () -> pointer.logical_or(other.pointer), this, other);
    }

    public Tensor logicalNot() {
        return made("logical_not", pointer::logical_not, this);
    }

    public Tensor isfinite() {
        return made("isfinite", pointer::isfinite, this);
    }

    public Tensor maskedFill(Tensor mask, double value) {
        return made("masked_fill", () -> pointer.masked_fill(mask.pointer, scalar(value)), this, mask);
    }

    /// `this` where `condition` holds, `other` elsewhere.
    public Tensor where(Tensor condition, Tensor other) {
        return made("where", () -> pointer.where(condition.pointer, other.pointer), this, condition, other);
    }

    // ---- reductions ----

    public Tensor sum() {
        return made("sum", () -> pointer.sum(), this);
    }

    public Tensor sum(int axis, Axis kept) {
        return made("sum", () -> pointer.sum(new long[] {axis}, kept == Axis.KEPT, NO_TYPE), this);
    }

    public Tensor mean() {
        return made("mean", () -> pointer.mean(), this);
    }

    public Tensor mean(int axis, Axis kept) {
        return made("mean", () -> pointer.mean(new long[] {axis}, kept == Axis.KEPT, NO_TYPE), this);
    }

    /// The Euclidean norm of all elements.
    public Tensor norm() {
        return made("norm", () -> pointer.norm(), this);
    }

    public Tensor amax(int axis, Axis kept) {
        return made("amax", () -> pointer.amax(new long[] {axis}, kept == Axis.KEPT), this);
    }

    public Tensor argmax(int axis) {
        return made("argmax", () -> pointer.argmax(new LongOptional(axis), false), this);
    }

    public Tensor any(int axis, Axis kept) {
        return made("any", () -> pointer.any(axis, kept == Axis.KEPT), this);
    }

    /// Whether every element is true.
    public boolean all() {
        return made("all", () -> pointer.all(), this).pointer.item_bool();
    }

    public Tensor cumsum(int axis) {
        return made("cumsum", () -> pointer.cumsum(axis), this);
    }

    /// The largest element so far along an axis.
    public Tensor cummax(int axis) {
        return ranked("cummax", () -> pointer.cummax(axis)).values();
    }

    public Tensor logsumexp(int axis, Axis kept) {
        return made("logsumexp", () -> pointer.logsumexp(new long[] {axis}, kept == Axis.KEPT), this);
    }

    public Tensor softmax(int axis) {
        return made("softmax", () -> pointer.softmax(axis), this);
    }

    public Tensor logSoftmax(int axis) {
        return made("log_softmax", () -> torch.log_softmax(pointer, axis), this);
    }

    /// The `count` largest elements along the last axis and where they stood, largest first.
    public Ranked topk(long count) {
        return ranked("topk", () -> pointer.topk(count, -1, true, true));
    }

    /// The elements along the last axis in falling order and where they stood.
    public Ranked sortDescending() {
        return ranked("sort", () -> pointer.sort(-1, true));
    }

    private Ranked ranked(String operation, Supplier<T_TensorTensor_T> body) {
        Lifetime.require();
        try {
            T_TensorTensor_T pair = body.get();
            return new Ranked(
                    new Tensor(new org.bytedeco.pytorch.Tensor(pair.get0())),
                    new Tensor(new org.bytedeco.pytorch.Tensor(pair.get1())));
        } catch (RuntimeException e) {
            throw TensorException.translate(operation, e, this);
        }
    }

    // ---- indexing ----

    /// The places of the elements of this vector [N], or of each column of [N, M], in rising order, equal ones
    /// in the order they stand in, int64.
    public Tensor argsort() {
        return argsort(0);
    }

    /// The same along an axis.
    public Tensor argsort(int axis) {
        return made("argsort", () -> pointer.argsort(true, axis, false), this);
    }

    /// How often each of the numbers 0, 1, ... stands in this vector of int64, for at least so many numbers.
    public Tensor bincount(long least) {
        return made("bincount", () -> pointer.bincount(Engine.NO_TENSOR, least), this);
    }

    /// This with the rows of `source` added at the places `index` [N] along an axis.
    public Tensor indexAdd(int axis, Tensor index, Tensor source) {
        return made("index_add", () -> pointer.index_add(axis, index.pointer, source.pointer), this, index, source);
    }

    public Tensor indexSelect(int axis, Tensor index) {
        return made("index_select", () -> pointer.index_select(axis, index.pointer), this, index);
    }

    public Tensor gather(int axis, Tensor index) {
        return made("gather", () -> pointer.gather(axis, index.pointer), this, index);
    }

    /// `this` with every element of `source` added where `index` says along an axis: gather's reverse.
    public Tensor scatterAdd(int axis, Tensor index, Tensor source) {
        return made("scatter_add", () -> pointer.scatter_add(axis, index.pointer, source.pointer), this, index, source);
    }

    /// Rows of this table [V, E] at `ids` [...] → [..., E]; ids outside 0..V-1 are refused.
    public Tensor embedding(Tensor ids) {
        return made("embedding", () -> torch.embedding(pointer, ids.pointer), this, ids);
    }

    /// The same, but no gradient reaches the row `padding`.
    public Tensor embedding(Tensor ids, long padding) {
        return made("embedding", () -> torch.embedding(pointer, ids.pointer, padding, false, false), this, ids);
    }

    // ---- products ----

    public Tensor matmul(Tensor other) {
        return made("matmul", () -> pointer.matmul(other.pointer), this, other);
    }

    /// This matrix [N, K] times a vector [K] → [N].
    public Tensor mv(Tensor vector) {
        return made("mv", () -> pointer.mv(vector.pointer), this, vector);
    }

    /// `beta · this + alpha · left right` of matrices [N, M], [N, K], [K, M] → [N, M].
    public Tensor addmm(Tensor left, Tensor right, double beta, double alpha) {
        return made(
                "addmm",
                () -> pointer.addmm(left.pointer, right.pointer, scalar(beta), scalar(alpha)),
                this,
                left,
                right);
    }

    /// `this [..., K] times weightᵀ` with weight [N, K] → [..., N].
    public Tensor linear(Tensor weight) {
        return made("linear", () -> torch.linear(pointer, weight.pointer), this, weight);
    }

    /// `this [..., K] times weightᵀ plus bias` with weight [N, K] and bias [N] → [..., N].
    public Tensor linear(Tensor weight, Tensor bias) {
        return made(
                "linear",
                () -> torch.linear(pointer, weight.pointer, new TensorOptional(bias.pointer)),
                this,
                weight,
                bias);
    }

    /// Kernels over the last axis, without margins: this [B, C, T] with weight [O, C / groups, k] → [B, O, T
    /// − (k − 1) · dilation].
    public Tensor conv1d(Tensor weight, Optional<Tensor> bias, long dilation, long groups) {
        return made(
                "conv1d",
                () -> torch.conv1d(
                        pointer,
                        weight.pointer,
                        optional(bias),
                        new long[] {1},
                        new long[] {0},
                        new long[] {dilation},
                        groups),
                this,
                weight);
    }

    // ---- fused layers ----

    /// Layer normalisation over the last axis; an absent weight or bias is left out.
    public Tensor layerNorm(Optional<Tensor> weight, Optional<Tensor> bias, double epsilon) {
        return made(
                "layer_norm",
                () -> torch.layer_norm(pointer, new long[] {size(-1)}, optional(weight), optional(bias), epsilon, true),
                this,
                weight.orElse(this));
    }

    /// `x / √(mean(x²) + epsilon) · weight` over the last axis.
    public Tensor rmsNorm(Tensor weight, double epsilon) {
        return made(
                "rms_norm",
                () -> torch.rms_norm(
                        pointer,
                        new long[] {size(-1)},
                        new TensorOptional(weight.pointer),
                        new DoubleOptional(epsilon)),
                this,
                weight);
    }

    /// All steps of an LSTM: x [B, T, E], start h and c [D, B, H], weights for each of D directions: of the
    /// input [4 H, E], of the hidden vector [4 H, H], and a bias [4 H] of each; gates in the order input,
    /// forget, cell, output. Where sizes are given, x is [N, E], the first tokens of all sequences, then all
    /// second ones, and so on, and sizes say how many of each there are.
    public static Steps lstm(Tensor x, Optional<Tensor> sizes, List<Tensor> start, List<Tensor> weights) {
        Lifetime.require();
        boolean both = weights.size() == 8;
        try {
            TensorVector given = vector(start.toArray(Tensor[]::new));
            TensorVector numbers = vector(weights.toArray(Tensor[]::new));
            T_TensorTensorTensor_T made = sizes.isPresent()
                    ? torch.lstm(x.pointer, sizes.get().pointer, given, numbers, true, 1, 0, false, both)
                    : torch.lstm(x.pointer, given, numbers, true, 1, 0, false, both, true);
            Tensor outputs = Watch.tell("lstm", owned(made.get0()), weights.toArray(Tensor[]::new));
            return new Steps(outputs, List.of(owned(made.get1()), owned(made.get2())));
        } catch (RuntimeException e) {
            throw TensorException.translate("lstm", e, x);
        }
    }

    /// All steps of a GRU, as [#lstm] with a start of h alone and weights of [3 H, ...]; gates in the order
    /// reset, update, new.
    public static Steps gru(Tensor x, Optional<Tensor> sizes, List<Tensor> start, List<Tensor> weights) {
        Lifetime.require();
        boolean both = weights.size() == 8;
        try {
            Tensor given = start.getFirst();
            TensorVector numbers = vector(weights.toArray(Tensor[]::new));
            T_TensorTensor_T made = sizes.isPresent()
                    ? torch.gru(x.pointer, sizes.get().pointer, given.pointer, numbers, true, 1, 0, false, both)
                    : torch.gru(x.pointer, given.pointer, numbers, true, 1, 0, false, both, true);
            Tensor outputs = Watch.tell("gru", owned(made.get0()), weights.toArray(Tensor[]::new));
            return new Steps(outputs, List.of(owned(made.get1())));
        } catch (RuntimeException e) {
            throw TensorException.translate("gru", e, x);
        }
    }

    /// The engine's fused attention; `attention/AttentionKernel` is its only caller and owns its traps.
    public Tensor scaledDotProductAttention(
            Tensor keys, Tensor values, Optional<Tensor> mask, boolean causal, OptionalDouble scale, boolean grouped) {
        return made(
                "scaled_dot_product_attention",
                () -> torch.scaled_dot_product_attention(
                        pointer,
                        keys.pointer,
                        values.pointer,
                        optional(mask),
                        0.0,
                        causal,
                        scale.isPresent() ? new DoubleOptional(scale.getAsDouble()) : Engine.NO_DOUBLE,
                        grouped),
                this,
                keys,
                values);
    }

    /// Mean cross-entropy of logits [N, V] against classes [N], leaving out positions whose class is `ignored`;
    /// `smoothing` spreads that share of the probability evenly over all classes (Szegedy et al. 2016).
    public Tensor crossEntropy(Tensor classes, long ignored, double smoothing) {
        return made(
                "cross_entropy",
                () -> torch.cross_entropy_loss(
                        pointer, classes.pointer, Engine.NO_TENSOR, torch.Reduction.Mean.value, ignored, smoothing),
                this,
                classes);
    }

    /// The logarithm of the sigmoid, without overflow.
    public Tensor logSigmoid() {
        return made("log_sigmoid", () -> torch.log_sigmoid(pointer), this);
    }

    /// This matrix [M, N] as U [M, R], S [R] and V [R, N], R the smaller of M and N: `this = U diag(S) V`, S
    /// falling.
    public Decomposed svd() {
        Lifetime.require();
        try {
            T_TensorTensorTensor_T parts = torch.linalg_svd(pointer, false, new StringViewOptional());
            return new Decomposed(
                    new Tensor(new org.bytedeco.pytorch.Tensor(parts.get0())),
                    new Tensor(new org.bytedeco.pytorch.Tensor(parts.get1())),
                    new Tensor(new org.bytedeco.pytorch.Tensor(parts.get2())));
        } catch (RuntimeException e) {
            throw TensorException.translate("svd", e, this);
        }
    }

    /// Cross-entropy of logits [N, V] against classes [N], position by position: [N], 0 where the class is
    /// `ignored`.
    public Tensor crossEntropies(Tensor classes, long ignored, double smoothing) {
        return made(
                "cross_entropy",
                () -> torch.cross_entropy_loss(
                        pointer, classes.pointer, Engine.NO_TENSOR, torch.Reduction.None.value, ignored, smoothing),
                this,
                classes);
    }

    /// Minus the logarithm of the probability that scores [B, T, V] give each row of classes, all ways together
    /// of stretching it over the row's steps with repetitions and `blank`s (Graves et al. 2006); infinite where
    /// there is no such way.
    ///
    /// @param classes int64 [B, U], of which a row has as many as `written` says, none of them `blank`
    /// @param read steps of each row that count, at most T
    /// @return [B]
    public Tensor alignments(Tensor classes, long[] read, long[] written, long blank) {
        return made(
                "ctc_loss",
                () -> torch.ctc_loss(
                        torch.log_softmax(pointer, 2).transpose(0, 1),
                        classes.pointer,
                        read,
                        written,
                        blank,
                        torch.Reduction.None.value,
                        false),
                this,
                classes);
    }

    // ---- in place ----

    public Tensor copy_(Tensor source) {
        run("copy_", () -> pointer.copy_(source.pointer), this, source);
        return this;
    }

    public Tensor zero_() {
        return filled("zero_", t -> t.zero_());
    }

    public Tensor fill_(double value) {
        return filled("fill_", t -> t.fill_(scalar(value)));
    }

    public Tensor add_(Tensor other) {
        run("add_", () -> pointer.add_(other.pointer), this, other);
        return this;
    }

    public Tensor mul_(double value) {
        return filled("mul_", t -> t.mul_(scalar(value)));
    }

    public Tensor add_(double value) {
        return filled("add_", t -> t.add_(scalar(value)));
    }

    /// `this + times · other`
    public Tensor add_(Tensor other, double times) {
        run("add_", () -> pointer.add_(other.pointer, scalar(times)), this, other);
        return this;
    }

    public Tensor mul_(Tensor other) {
        run("mul_", () -> pointer.mul_(other.pointer), this, other);
        return this;
    }

    /// `this + times · left · right`
    public Tensor addcmul_(Tensor left, Tensor right, double times) {
        run("addcmul_", () -> pointer.addcmul_(left.pointer, right.pointer, scalar(times)), this, left, right);
        return this;
    }

    /// `this + share · (other − this)`
    public Tensor lerp_(Tensor other, Tensor share) {
        run("lerp_", () -> pointer.lerp_(other.pointer, share.pointer), this, other, share);
        return this;
    }

    /// `this + share · (other − this)`
    public Tensor lerp_(Tensor other, double share) {
        run("lerp_", () -> pointer.lerp_(other.pointer, scalar(share)), this, other);
        return this;
    }

    /// Whole numbers stay whole for integer tensors, so that adding 1 to token ids does not make them
    /// floating-point.
    private Scalar scalar(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53 && !dtype().isFloating()
                ? new Scalar((long) value)
                : new Scalar(value);
    }

    private static TensorOptional optional(Optional<Tensor> tensor) {
        return tensor.isPresent() ? new TensorOptional(tensor.get().pointer) : Engine.NO_TENSOR;
    }

    /// `[2, 3] float32`
    @Override
    public String toString() {
        return isClosed() ? "closed tensor" : shape() + " " + dtype();
    }

    /// Whether a reduction leaves its axis behind with size 1.
    public enum Axis {
        KEPT,
        DROPPED
    }

    /// The factors of a singular value decomposition.
    public record Decomposed(Tensor left, Tensor values, Tensor right) {}

    private static Tensor owned(org.bytedeco.pytorch.Tensor borrowed) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(borrowed));
    }

    /// What a recurrence made: every step's vectors, and those it ended with, [D, B, H] each.
    public record Steps(Tensor outputs, List<Tensor> last) {}

    /// Elements in order and the places they came from.
    public record Ranked(Tensor values, Tensor indices) {}
}
