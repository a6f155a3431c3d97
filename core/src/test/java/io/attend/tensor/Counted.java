package io.attend.tensor;

import java.util.Set;
import java.util.stream.Stream;

/// Operations counted while they happen, by the shapes of what they make: a multiply and an add are two.
public final class Counted {
    private static final Set<String> FREE = Set.of(
            "reshape",
            "transpose",
            "permute",
            "unsqueeze",
            "squeeze",
            "expand",
            "narrow",
            "select",
            "view_as",
            "flatten",
            "detach",
            "contiguous",
            "clone",
            "cat",
            "stack",
            "embedding",
            "index_select",
            "gather",
            "arange",
            "to");

    private Counted() {}

    /// All operations on this thread and others while `work` runs.
    public static double during(Runnable work) {
        double[] sum = new double[1];
        Watch.by((operation, result, operands) -> sum[0] += of(operation, result, operands));
        try {
            work.run();
        } finally {
            Watch.by(null);
        }
        return sum[0];
    }

    private static double of(String operation, Tensor result, Tensor... operands) {
        double made = result.count();
        return switch (operation) {
            case "matmul", "mv", "linear" -> 2 * made * operands[0].size(-1);
            case "conv1d" -> 2 * made * operands[1].count() / operands[1].size(0);
            case "scaled_dot_product_attention" -> // two products, and five for the softmax, a pair
                operands[0].count()
                        / operands[0].size(-1)
                        * operands[1].size(-2)
                        * (2.0 * operands[0].size(-1) + 2.0 * operands[2].size(-1) + 5);
            case "softmax" -> 5 * made;
            case "sum", "mean", "amax" -> operands[0].count();
            case "fft2" -> 5 * made * Math.log((double) result.size(-1) * result.size(-2)) / Math.log(2);
            case "lstm", "gru" -> { // products with the input and the hidden vector, and six a number of the gates
                double rows = made / result.size(-1);
                yield rows
                        * Stream.of(operands)
                                .filter(weight -> weight.rank() == 2)
                                .mapToDouble(weight -> 2.0 * weight.count() + 3.0 * weight.size(0))
                                .sum();
            }
            default ->
                FREE.contains(operation) || operation.startsWith("empty") || operation.startsWith("to ") ? 0 : made;
        };
    }
}
