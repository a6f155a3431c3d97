package io.attend.feedforward;

import io.attend.activation.ActivationFormulas;
import io.attend.layer.LayerContract.Formula;
import io.attend.value.Formulas;
import java.util.Arrays;

/// Feed-forward networks at one position, from the papers.
public final class FeedForwardFormulas {
    private FeedForwardFormulas() {}

    private static final Formulas<FeedForward, Formula> ALL = Formulas.<FeedForward, Formula>of(FeedForward.class)
            .with(
                    DenseFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] inner = numbers.in("inner").linear(x, value.bias());
                        double[] hidden = Arrays.stream(inner)
                                .map(ActivationFormulas.of(value.activation()))
                                .toArray();
                        return numbers.in("outer").linear(hidden, value.bias());
                    }));

    public static Formula of(FeedForward feedForward) {
        return ALL.of(feedForward);
    }
}
