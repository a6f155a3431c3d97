package io.attend.optimizer;

import io.attend.layer.Parameter;
import java.util.OptionalDouble;

/// How a weight is treated by an optimizer.
///
/// @param rate what the learning rate of each step is multiplied with
/// @param decay in place of the optimizer's own; if absent, its own on matrices and none on vectors and biases
public record Treatment(double rate, OptionalDouble decay) {
    /// As the optimizer treats weights by default.
    public static final Treatment PLAIN = new Treatment(1, OptionalDouble.empty());

    public Treatment {
        Checks.atLeastZero("rate", rate);
        decay.ifPresent(value -> Checks.atLeastZero("decay", value));
    }

    double decay(Parameter weight, double own) {
        boolean matrix = weight.shape().rank() > 1 && !weight.name().matches("(.*\\.)?bias");
        return decay.orElse(matrix ? own : 0);
    }
}
