package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.data.Example;
import io.attend.data.Series;
import io.attend.embedding.Features;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.head.LastPooling;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// The model is asked how a series goes on: its next values, all at once. From [Series].
///
///     z = (y − μ) / σ        loss = mean over the next H rows and their numbers of (model(z_1..z_T) − z)²
///
/// y [T + H, F]; μ and σ [F] are the mean and the standard deviation of the T rows that are read, so that every
/// series, however large, weighs the same; σ is 1 where nothing changes. The forecast is scaled back before it
/// is judged.
///
/// Learned from every place of a series, judged by windows whose forecasts touch each other from its end on
/// backwards: by the mean absolute error, beside that of the naive forecast, which is that all stays as it was
/// last, and their quotient.
///
/// @param length T, rows that are read
/// @param horizon H, rows that are forecast
@Source(
        paper = "Reversible Instance Normalization for Accurate Time-Series Forecasting against Distribution Shift",
        reference = "Kim et al., ICLR 2022")
public record Forecasting(
        @Default("48") int length, @Default("12") int horizon) implements Objective {
    public static final Forecasting EXAMPLE = new Forecasting(7, 3);

    public Forecasting {
        if (length < 1 || horizon < 1) {
            throw new IllegalArgumentException(
                    "length and horizon must be at least 1 row, not " + length + " and " + horizon);
        }
    }

    @Override
    public List<String> specials() {
        return TextModel.SPECIALS;
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(
                this,
                tokenizer,
                Objective.only(Series.class, training, this),
                Objective.only(Series.class, heldOut, this));
    }

    /// A part of a series.
    ///
    /// @param from its first row
    private record Window(double[][] rows, int from, int length) {
        double mean(int f) {
            double sum = 0;
            for (int t = from; t < from + length; t++) {
                sum += rows[t][f];
            }
            return sum / length;
        }

        double deviation(int f) {
            double mean = mean(f);
            double sum = 0;
            for (int t = from; t < from + length; t++) {
                sum += (rows[t][f] - mean) * (rows[t][f] - mean);
            }
            return sum == 0 ? 1 : Math.sqrt(sum / length);
        }

        /// Some of its rows, scaled.
        double[][] scaled(int first, int count) {
            double[][] scaled = new double[count][rows[0].length];
            for (int f = 0; f < rows[0].length; f++) {
                double mean = mean(f);
                double deviation = deviation(f);
                for (int t = 0; t < count; t++) {
                    scaled[t][f] = (rows[from + first + t][f] - mean) / deviation;
                }
            }
            return scaled;
        }
    }

    private static final class Built implements Ready<Window> {
        private static final int AT_ONCE = 64;
        private static final int SHOWN = 16;

        private final Forecasting value;
        private final Tokenizer tokenizer;
        private final Given<Series> given;
        private final List<Window> training;
        private final List<Window> heldOut;

        Built(Forecasting value, Tokenizer tokenizer, List<Series> training, List<Series> heldOut) {
            this.value = value;
            this.tokenizer = tokenizer;
            this.given = new Given<>(training, heldOut, Series::values);
            this.training = windows(training, 1);
            this.heldOut = windows(heldOut, value.horizon);
        }

        private List<Window> windows(List<Series> series, int step) {
            List<Window> windows = new ArrayList<>();
            int rows = value.length + value.horizon;
            for (Series one : series) {
                if (one.values().length < rows) {
                    throw new IllegalArgumentException("a series has " + one.values().length + " rows, but "
                            + value.length + " are read and " + value.horizon
                            + " forecast; make objective.length or objective.horizon smaller, or leave it out");
                }
                for (int from = one.values().length - rows; from >= 0; from -= step) {
                    windows.add(new Window(one.values(), from, value.length));
                }
            }
            return windows;
        }

        private int numbers() {
            return value.horizon * given.width();
        }

        @Override
        public Needs needs() {
            SequenceHead head =
                    SequenceHead.of(numbers()).pooling(new LastPooling()).problem(Problem.REGRESSION);
            return new Needs(tokenizer.size(), Optional.of(head), OptionalInt.of(value.length));
        }

        @Override
        public void check(Transformer model) {
            given.check(model);
            Head head = model.architecture().head();
            if (!(head instanceof SequenceHead says)
                    || says.problem() != Problem.REGRESSION
                    || says.labels() != numbers()) {
                throw new IllegalArgumentException("model.architecture: " + value.horizon + " rows of " + given.width()
                        + " numbers are forecast by a SequenceHead of " + numbers()
                        + " labels whose problem is regression, not by " + head);
            }
        }

        @Override
        public List<Integer> lengths() {
            return Collections.nCopies(training.size(), value.length);
        }

        @Override
        public List<Window> learned() {
            return training;
        }

        @Override
        public List<Window> judged() {
            return heldOut;
        }

        @Override
        public Batch batch(List<Window> windows) {
            float[] answers = new float[windows.size() * numbers()];
            int next = 0;
            for (Window window : windows) {
                for (double[] row : window.scaled(value.length, value.horizon)) {
                    for (double number : row) {
                        answers[next++] = (float) number;
                    }
                }
            }
            return new Batch(
                    Inputs.of(Features.padded(windows.stream()
                            .map(window -> window.scaled(0, value.length))
                            .toList())),
                    Tensor.of(answers, windows.size(), numbers()),
                    (long) windows.size() * value.length,
                    answers.length);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            double wrong = 0;
            double naive = 0;
            List<Shown> shown = new ArrayList<>();
            int width = given.width();
            for (int from = 0; from < heldOut.size(); from += AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    List<Window> some = heldOut.subList(from, Math.min(from + AT_ONCE, heldOut.size()));
                    float[] said = text.model()
                            .forward(batch(some).inputs(), Context.inference())
                            .toFloats(); // [B, H · F]
                    for (int i = 0; i < some.size(); i++) {
                        Window window = some.get(i);
                        int now = window.from + value.length;
                        double[][] forecast = new double[value.horizon][width];
                        for (int f = 0; f < width; f++) {
                            double mean = window.mean(f);
                            double deviation = window.deviation(f);
                            for (int t = 0; t < value.horizon; t++) {
                                forecast[t][f] = said[i * numbers() + t * width + f] * deviation + mean;
                                wrong += Math.abs(forecast[t][f] - window.rows[now + t][f]);
                                naive += Math.abs(window.rows[now - 1][f] - window.rows[now + t][f]);
                            }
                        }
                        if (shown.size() < SHOWN) {
                            shown.add(new Shown(
                                    written(Arrays.copyOfRange(window.rows, window.from, now)),
                                    Optional.of(written(Arrays.copyOfRange(window.rows, now, now + value.horizon))),
                                    written(forecast)));
                        }
                    }
                }
            }
            double all = (double) heldOut.size() * numbers();
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("meanAbsoluteError", wrong / all);
            measures.put("lastValueError", naive / all);
            if (naive > 0) {
                measures.put("relativeError", wrong / naive);
            }
            return new Judged(measures, shown);
        }

        private static String written(double[][] rows) {
            return Arrays.stream(rows)
                    .map(row -> Arrays.stream(row)
                            .mapToObj(number -> String.format(Locale.ROOT, "%.4g", number))
                            .collect(Collectors.joining(" ")))
                    .collect(Collectors.joining(", "));
        }
    }
}
