package io.attend.optimizer;

import io.attend.tensor.FusedSteps;
import io.attend.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What [Adam] and [AdamW] share: running means of gradients and of their squares, corrected for their start
/// at 0.
record Moments(double beta1, double beta2, double epsilon, double decay, FusedSteps.Decay decays, Variance variance)
        implements Rule {
    private static final String MEAN = "mean";
    private static final String VARIANCE = "variance";
    private static final String LARGEST = "largest";

    static void check(double beta1, double beta2, double epsilon, double decay) {
        Checks.share("beta1", beta1);
        Checks.share("beta2", beta2);
        Checks.share("epsilon", epsilon);
        Checks.atLeastZero("decay", decay);
    }

    @Override
    public Map<String, Shape> keeps(Shape weight) {
        Map<String, Shape> kept = new LinkedHashMap<>();
        kept.put(MEAN, weight);
        kept.put(VARIANCE, weight);
        if (variance == Variance.LARGEST) {
            kept.put(LARGEST, weight);
        }
        kept.put(STEPS, Shape.of());
        return kept;
    }

    @Override
    public void step(Moved moved, double rate, double decay) {
        FusedSteps.adam(
                moved.weights(),
                moved.gradients(),
                moved.kept(MEAN),
                moved.kept(VARIANCE),
                variance == Variance.LARGEST ? Optional.of(moved.kept(LARGEST)) : Optional.empty(),
                moved.kept(STEPS),
                new FusedSteps.Adam(rate, beta1, beta2, epsilon, decay, decays));
    }
}
