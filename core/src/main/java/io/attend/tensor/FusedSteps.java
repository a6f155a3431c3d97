package io.attend.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;

/// The engine's fused optimizer steps: one pass over the memory of all weights instead of a dozen small
/// operations for each. Weights and what is kept for them change in place.
///
/// The kernels read memory as it lies, without a check: every tensor must be contiguous, of its weight's
/// element type and, but for the counts of steps, of its size. [#check] says whether weight and gradient are.
public final class FusedSteps {
    private static final OperatorHandle ADAM = TensorList.operator("_fused_adam_", "");
    private static final OperatorHandle ADAMW = TensorList.operator("_fused_adamw_", "");
    private static final OperatorHandle SGD = TensorList.operator("_fused_sgd_", "");
    private static final OperatorHandle ADAGRAD = TensorList.operator("_fused_adagrad_", "");

    private FusedSteps() {}

    /// Refuses a weight or gradient that the kernels would misread.
    ///
    /// @throws TensorException naming the weight
    public static void check(String name, Tensor weight, Tensor gradient) {
        if (!weight.pointer().is_contiguous()
                || !gradient.pointer().is_contiguous()
                || gradient.dtype() != weight.dtype()
                || gradient.count() != weight.count()) {
            throw new TensorException("the weight " + name + " " + weight + " and its gradient " + gradient
                    + " must be contiguous and of one size and type");
        }
    }

    /// One step of Adam; where `decay` goes is told by [Decay].
    ///
    /// @param largest the largest variances so far, for AMSGrad
    /// @param steps one float32 number a weight: how many updates it has had, this one counted
    public static void adam(
            TensorList weights,
            TensorList gradients,
            TensorList means,
            TensorList variances,
            Optional<TensorList> largest,
            TensorList steps,
            Adam settings) {
        IValueVector arguments = lists(weights, gradients, means, variances);
        arguments.push_back(
                largest.orElseGet(() -> TensorList.of(java.util.List.of())).pointer());
        arguments.push_back(steps.pointer());
        push(arguments, settings.learningRate, settings.beta1, settings.beta2, settings.decay, settings.epsilon);
        arguments.push_back(new IValue(largest.isPresent()));
        run(settings.decays == Decay.WEIGHT ? ADAMW : ADAM, arguments);
    }

    /// One step of stochastic gradient descent.
    ///
    /// @param velocities what momentum keeps; absent without momentum
    public static void sgd(TensorList weights, TensorList gradients, Optional<TensorList> velocities, Sgd settings) {
        IValueVector arguments = lists(weights, gradients);
        arguments.push_back(
                velocities.orElseGet(() -> TensorList.of(java.util.List.of())).pointer());
        push(arguments, settings.decay, settings.momentum, settings.learningRate, 0); // no dampening
        arguments.push_back(new IValue(settings.nesterov));
        arguments.push_back(new IValue(false)); // maximize
        arguments.push_back(new IValue(false)); // the first step is like any other: velocities start at 0
        arguments.push_back(new IValue());
        arguments.push_back(new IValue());
        try (NoGradient _ = NoGradient.open()) {
            Tensor.run("fused_sgd", () -> SGD.callBoxed(arguments));
        }
    }

    /// One step of Adagrad.
    ///
    /// @param sums of the squares of all gradients so far
    /// @param steps one float32 number a weight: how many updates it has had, this one counted
    public static void adagrad(
            TensorList weights, TensorList gradients, TensorList sums, TensorList steps, Adagrad settings) {
        IValueVector arguments = lists(weights, gradients, sums, steps);
        push(arguments, settings.learningRate, 0, settings.decay, settings.epsilon); // the rate does not decay here
        run(ADAGRAD, arguments);
    }

    /// Where the decay of weights acts.
    public enum Decay {
        /// It is added to the gradient, and divided as that is: a penalty on squares (L2).
        GRADIENT,
        /// It shrinks the weight beside the step (AdamW).
        WEIGHT
    }

    /// The numbers of one step of Adam, named so that none can be swapped.
    public record Adam(double learningRate, double beta1, double beta2, double epsilon, double decay, Decay decays) {}

    /// The numbers of one step of SGD.
    public record Sgd(double learningRate, double momentum, boolean nesterov, double decay) {}

    /// The numbers of one step of Adagrad.
    public record Adagrad(double learningRate, double epsilon, double decay) {}

    private static IValueVector lists(TensorList... lists) {
        Lifetime.require();
        IValueVector arguments = new IValueVector();
        for (TensorList list : lists) {
            arguments.push_back(list.pointer());
        }
        return arguments;
    }

    private static void push(IValueVector arguments, double... numbers) {
        for (double number : numbers) {
            arguments.push_back(new IValue(number));
        }
    }

    private static void run(OperatorHandle step, IValueVector arguments) {
        arguments.push_back(new IValue(false)); // maximize
        arguments.push_back(new IValue()); // no gradient scale
        arguments.push_back(new IValue()); // no flag for infinities
        try (NoGradient _ = NoGradient.open()) {
            Tensor.run("fused step", () -> step.callBoxed(arguments));
        }
    }
}
