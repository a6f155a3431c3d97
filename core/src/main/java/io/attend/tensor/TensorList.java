package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScriptTypeParser;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Tensors that the engine works on in one call, as optimizers do with all weights: the loop over them runs in
/// the engine, fused into few kernels where the device has them. Operations carry PyTorch's names without
/// `_foreach`.
///
/// The list keeps its tensors alive. It belongs to the innermost open [Lifetime] unless [#retain]ed.
public final class TensorList implements AutoCloseable {
    private static final OperatorHandle ADD_NUMBER = operator("_foreach_add_", "Scalar");
    private static final OperatorHandle ADD = operator("_foreach_add_", "List");
    private static final OperatorHandle MUL_NUMBER = operator("_foreach_mul_", "Scalar");
    private static final OperatorHandle MUL_TENSOR = operator("_foreach_mul_", "Tensor");
    private static final OperatorHandle LERP = operator("_foreach_lerp", "Scalar");
    private static final OperatorHandle LERP_IN_PLACE = operator("_foreach_lerp_", "Scalar");
    private static final OperatorHandle SIGN = operator("_foreach_sign_", "");
    private static final OperatorHandle NORM = operator("_foreach_norm", "Scalar");

    private final IValue pointer;
    private final int size;

    private TensorList(IValue pointer, int size) {
        this.pointer = pointer;
        this.size = size;
    }

    public static TensorList of(List<Tensor> tensors) {
        Lifetime.require();
        GenericList list = new GenericList(new ScriptTypeParser().parseType("Tensor"));
        list.reserve(tensors.size());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor.pointer()));
        }
        return new TensorList(new IValue(list), tensors.size());
    }

    /// The engine's operation of that name, found once.
    static OperatorHandle operator(String name, String overload) {
        Engine.start();
        return Engine.keep(Dispatcher.singleton().findSchemaOrThrow("aten::" + name, overload));
    }

    IValue pointer() {
        return pointer;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /// The tensors one by one; they belong to the innermost open lifetime.
    public List<Tensor> each() {
        Lifetime.require();
        TensorVector tensors = pointer.toTensorVector();
        List<Tensor> all = new ArrayList<>(size);
        for (long i = 0; i < size; i++) {
            long at = i;
            all.add(Tensor.made("each", () -> new org.bytedeco.pytorch.Tensor(tensors.get(at))));
        }
        return all;
    }

    // ---- in place ----

    /// `each ← each + value`
    public TensorList add_(double value) {
        return changed("add_", ADD_NUMBER, number(value));
    }

    /// `each ← each + times · other`
    public TensorList add_(TensorList other, double times) {
        return changed("add_", ADD, other.pointer, number(times));
    }

    /// `each ← each · value`
    public TensorList mul_(double value) {
        return changed("mul_", MUL_NUMBER, number(value));
    }

    /// `each ← each · value` with a tensor of one number.
    public TensorList mul_(Tensor value) {
        return changed("mul_", MUL_TENSOR, new IValue(value.pointer()));
    }

    /// `each ← each + share · (other − each)`
    public TensorList lerp_(TensorList other, double share) {
        return changed("lerp_", LERP_IN_PLACE, other.pointer, number(share));
    }

    public TensorList sign_() {
        return changed("sign_", SIGN);
    }

    private TensorList changed(String operation, OperatorHandle operator, IValue... arguments) {
        call(operation, operator, arguments);
        return this;
    }

    // ---- made ----

    /// `each + share · (other − each)`
    public TensorList lerp(TensorList other, double share) {
        return new TensorList(
                new IValue(call("lerp", LERP, other.pointer, number(share)).get(0)), size);
    }

    /// The Euclidean norm of all the numbers of all the tensors, one number.
    public Tensor norm() {
        Lifetime.require();
        IValueVector norms = call("norm", NORM, number(2), new IValue());
        return Tensor.made(
                "norm", () -> torch.stack(norms.get(0).toTensorVector(), 0).norm());
    }

    private IValueVector call(String operation, OperatorHandle operator, IValue... arguments) {
        Lifetime.require();
        IValueVector stack = new IValueVector();
        stack.push_back(pointer);
        for (IValue argument : arguments) {
            stack.push_back(argument);
        }
        Tensor.run(operation, () -> operator.callBoxed(stack));
        return stack;
    }

    private static IValue number(double value) {
        return new IValue(new Scalar(value));
    }

    // ---- life ----

    /// Makes this list outlive every lifetime, until [#close].
    public TensorList retain() {
        pointer.retainReference();
        return this;
    }

    @Override
    public void close() {
        if (!pointer.isNull()) {
            pointer.releaseReference();
        }
    }
}
