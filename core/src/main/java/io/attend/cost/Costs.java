package io.attend.cost;

import io.attend.architecture.Architecture;
import io.attend.architecture.Topology;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import java.util.List;
import java.util.function.ToLongFunction;

/// What an architecture costs at a size, without building one: parameters exactly, operations and bytes from
/// what each layer's own file says of it.
///
/// @param parameters numbers learned, exact
/// @param forwardFlops operations of one forward pass; a multiply and an add are two
/// @param trainingFlops operations of one training step: the backward pass does every product twice more,
///     and once again what kept nothing
/// @param weightBytes the parameters
/// @param gradientBytes one number a parameter
/// @param optimizerBytes what the optimizer remembers, in float32
/// @param activationBytes kept from the forward for the backward pass
/// @param workingBytes that exist for a moment beside those, when most do
/// @param cacheBytes remembered for later steps of a generation
public record Costs(
        long parameters,
        double forwardFlops,
        double trainingFlops,
        long weightBytes,
        long gradientBytes,
        long optimizerBytes,
        long activationBytes,
        long workingBytes,
        long cacheBytes) {
    /// @param sizes how much goes through at once
    /// @param dtype of weights, activations and cache
    /// @param optimizerNumbers how many numbers the optimizer keeps for a weight: `Optimizer::numbers`
    public static Costs of(
            Architecture architecture, Topology.Sizes sizes, DType dtype, ToLongFunction<Parameter> optimizerNumbers) {
        Parameters recorded = Parameters.root();
        Architecture.Built built = architecture.build(recorded);
        List<Parameter> weights = recorded.all().stream()
                .filter(p -> p.kind() == Parameter.Kind.WEIGHT)
                .toList();
        long parameters = weights.stream().mapToLong(p -> p.shape().count()).sum();
        Load written = Load.batch(sizes.batch()).length(sizes.target()).cached(sizes.cached());
        Cost cost = built.topology().cost(sizes).plus(built.head().cost(written));
        return new Costs(
                parameters,
                cost.flops(),
                3 * cost.flops() + cost.again(),
                parameters * dtype.bytes(),
                parameters * dtype.bytes(),
                weights.stream().mapToLong(optimizerNumbers).sum() * DType.FLOAT32.bytes(),
                (long) (cost.saved() * dtype.bytes()),
                (long) (cost.working() * dtype.bytes()),
                (long) (cost.state() * dtype.bytes()));
    }

    /// Bytes at the peak of a training step, which is where its backward pass begins, with all activations
    /// and no gradients, or where it ends, with no activations and all gradients. Where blocks are computed
    /// again it is with the last of them: its activations, their gradients and nearly all gradients of weights.
    public long trainingBytes() {
        long held = activationBytes + workingBytes;
        boolean again = trainingFlops > 3 * forwardFlops;
        return weightBytes + optimizerBytes + (again ? held + gradientBytes : Math.max(held, gradientBytes));
    }
}
