package io.attend.metric;

/// Whether a model is as often right as it says.
public final class Calibration {
    private Calibration() {}

    /// Expected calibration error (Guo et al. 2017, arXiv 1706.04599): predictions are put in bins of equal
    /// width by their confidence, and the gaps between the share that is right and the mean confidence are
    /// averaged.
    ///
    ///     Σ_b n_b / n · |right_b / n_b − confidence_b|
    ///
    /// Bin b holds confidences in ((b − 1) / bins, b / bins]; 0 is in the first.
    ///
    /// @throws IllegalArgumentException if numbers differ, there are none, or a confidence is no probability
    public static double expectedError(double[] confidences, boolean[] right, int bins) {
        Pairs.check(confidences.length, right.length);
        if (bins < 1) {
            throw new IllegalArgumentException("bins must be at least 1, not " + bins);
        }
        double[] gap = new double[bins];
        for (int i = 0; i < confidences.length; i++) {
            double confidence = confidences[i];
            if (!(confidence >= 0 && confidence <= 1)) {
                throw new IllegalArgumentException("confidence " + (i + 1) + " is " + confidence + ", no probability");
            }
            int bin = Math.max(0, (int) Math.ceil(confidence * bins) - 1);
            gap[bin] += (right[i] ? 1 : 0) - confidence;
        }
        double error = 0;
        for (double one : gap) {
            error += Math.abs(one) / confidences.length;
        }
        return error;
    }
}
