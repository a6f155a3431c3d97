package io.attend.metric;

/// How much of what was predicted is right, and how much of what is right was predicted.
///
/// @param precision right predictions among all predictions; 0 if there are none
/// @param recall right predictions among all that are to be predicted; 0 if there are none
public record PrecisionRecall(double precision, double recall) {
    /// From counts.
    public static PrecisionRecall of(double right, double predicted, double wanted) {
        return new PrecisionRecall(predicted == 0 ? 0 : right / predicted, wanted == 0 ? 0 : right / wanted);
    }

    /// The harmonic mean of both; 0 if both are.
    public double f1() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
