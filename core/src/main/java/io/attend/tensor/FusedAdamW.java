package io.attend.tensor;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.ScriptTypeParser;

/// The engine's fused AdamW step (Loshchilov & Hutter 2019): one pass over the memory of all parameters instead of
/// a dozen small operations for each.
///
///     θ ← θ − η λ θ;   m ← β₁ m + (1−β₁) g;   v ← β₂ v + (1−β₂) g²;   θ ← θ − η m̂ / (√v̂ + ε)
public final class FusedAdamW {
    private static final OperatorHandle STEP = operator("aten::_fused_adamw_");

    private FusedAdamW() {}

    /// Updates `weights`, `means` and `variances` in place from `gradients`.
    ///
    /// @param steps one float32 number a weight: how many updates it has had, this one counted
    public static void step(
            List<Tensor> weights,
            List<Tensor> gradients,
            List<Tensor> means,
            List<Tensor> variances,
            List<Tensor> steps,
            Settings settings) {
        try (Lifetime _ = Lifetime.open()) {
            IValueVector arguments = new IValueVector();
            for (List<Tensor> list : List.of(weights, gradients, means, variances, List.<Tensor>of(), steps)) {
                arguments.push_back(tensors(list));
            }
            arguments.push_back(new IValue(settings.learningRate));
            arguments.push_back(new IValue(settings.beta1));
            arguments.push_back(new IValue(settings.beta2));
            arguments.push_back(new IValue(settings.decay));
            arguments.push_back(new IValue(settings.epsilon));
            arguments.push_back(new IValue(false)); // amsgrad
            arguments.push_back(new IValue(false)); // maximize
            arguments.push_back(new IValue()); // no gradient scale
            arguments.push_back(new IValue()); // no flag for infinities
            try (NoGradient _ = NoGradient.open()) {
                Tensor.run("fused_adamw", () -> STEP.callBoxed(arguments));
            }
        }
    }

    /// The numbers of one step, named so that none can be swapped.
    public record Settings(double learningRate, double beta1, double beta2, double epsilon, double decay) {}

    private static IValue tensors(List<Tensor> tensors) {
        GenericList list = new GenericList(new ScriptTypeParser().parseType("Tensor"));
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor.pointer()));
        }
        return new IValue(list);
    }

    private static OperatorHandle operator(String name) {
        Engine.start();
        return Engine.keep(Dispatcher.singleton().findSchemaOrThrow(name, ""));
    }
}
