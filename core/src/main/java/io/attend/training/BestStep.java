package io.attend.training;

import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The finished model has the weights of the step that did best on held-out examples, whose checkpoint is kept
/// beside the last ones; and if it is asked to, the run ends early, once it has not done better for a while.
///
/// Steps at which the measure is taken count: `evaluateEvery` for the loss, `judgeEvery` for what the objective
/// judges by. Of equals the first is best.
///
/// @param measure its name: `loss`, or one of the objective's such as `accuracy`
/// @param wanted whether it should be low or high
/// @param patience so many measurements in a row that are not better end the run; absent, none do
@Source(paper = "Early Stopping — But When?", reference = "Prechelt 1998")
public record BestStep(String measure, Wanted wanted, OptionalInt patience) implements Selection {
    public static final BestStep EXAMPLE = new BestStep("loss", Wanted.LOWEST, OptionalInt.of(3));

    /// Which of two numbers is better. Not guessed from a measure's name: a wrong guess would keep the worst.
    public enum Wanted {
        LOWEST,
        HIGHEST
    }

    public BestStep {
        if (patience.isPresent() && patience.getAsInt() < 1) {
            throw new IllegalArgumentException("patience must be at least 1, not " + patience.getAsInt());
        }
    }

    @Override
    public Optional<String> named() {
        return Optional.of(measure);
    }

    @Override
    public Selection.Built build() {
        return new Built();
    }

    private final class Built implements Selection.Built {
        private OptionalLong best = OptionalLong.empty();
        private double record = Double.NaN;
        private int worse;

        @Override
        public void measured(long step, Map<String, Double> measures) {
            Double found = measures.get(measure);
            if (found == null) {
                return;
            }
            boolean better = wanted == Wanted.LOWEST ? found < record : found > record;
            if (better || Double.isNaN(record) && !Double.isNaN(found)) {
                best = OptionalLong.of(step);
                record = found;
                worse = 0;
            } else {
                worse++;
            }
        }

        @Override
        public OptionalLong kept() {
            return best;
        }

        @Override
        public boolean enough() {
            return patience.isPresent() && worse >= patience.getAsInt();
        }

        @Override
        public List<Long> chosen(List<Long> saved) {
            return List.of(best.isPresent() ? best.getAsLong() : saved.getLast());
        }
    }
}
