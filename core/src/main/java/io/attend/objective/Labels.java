package io.attend.objective;

import io.attend.data.Labeled;
import io.attend.head.Problem;
import io.attend.metric.Calibration;
import io.attend.metric.Correlation;
import io.attend.metric.PrecisionRecall;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What the labels of texts mean: one class of several, any number of them, or a number.
final class Labels {
    private static final String NONE = "-";
    private static final int BINS = 10;

    private final Problem problem;
    private final List<String> names;

    /// Those that occur, in alphabetical order.
    Labels(Problem problem, List<Labeled> examples) {
        this.problem = problem;
        this.names = problem == Problem.REGRESSION
                ? List.of()
                : List.copyOf(examples.stream()
                        .flatMap(example -> split(example.label()))
                        .collect(Collectors.toCollection(TreeSet::new)));
        int least = problem == Problem.SINGLE_LABEL ? 2 : 1;
        if (problem != Problem.REGRESSION && names.size() < least) {
            throw new IllegalArgumentException("all examples have the label " + names + "; there must be two or more");
        }
    }

    /// Several labels stand between commas, `-` stands for none.
    private Stream<String> split(String label) {
        return problem == Problem.MULTI_LABEL
                ? Arrays.stream(label.split(",")).map(String::strip).filter(one -> !one.isEmpty() && !one.equals(NONE))
                : Stream.of(label);
    }

    /// How many numbers the model says of a text.
    int outputs() {
        return Math.max(1, names.size());
    }

    Optional<List<String>> names() {
        return problem == Problem.REGRESSION ? Optional.empty() : Optional.of(names);
    }

    /// The right answer: the index of a class, 0 or 1 for each class, or the number.
    double[] numbers(Labeled example) {
        return switch (problem) {
            case SINGLE_LABEL -> new double[] {index(example.label())};
            case MULTI_LABEL -> {
                double[] all = new double[names.size()];
                split(example.label()).forEach(one -> all[index(one)] = 1);
                yield all;
            }
            case REGRESSION -> new double[] {number(example)};
        };
    }

    private int index(String label) {
        int index = names.indexOf(label);
        if (index < 0) {
            throw new IllegalArgumentException("a held-out text has the label \"" + label
                    + "\", which none to learn from has; they have " + names);
        }
        return index;
    }

    private static double number(Labeled example) {
        try {
            double number = Double.parseDouble(example.label());
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below, as what is not finite
        }
        throw new IllegalArgumentException(
                "the label \"" + example.label() + "\" is no finite number, which the problem"
                        + " regression needs; choose single-label or multi-label for classes");
    }

    /// Answers of several texts as the head's loss takes them.
    Tensor tensor(List<double[]> answers) {
        double[] flat = answers.stream().flatMapToDouble(Arrays::stream).toArray();
        return switch (problem) {
            case SINGLE_LABEL ->
                Tensor.of(Arrays.stream(flat).mapToLong(Math::round).toArray(), answers.size());
            case MULTI_LABEL -> Tensor.of(flat, answers.size(), names.size());
            case REGRESSION -> Tensor.of(flat, answers.size());
        };
    }

    /// What the model says of a text, in words.
    String said(double[] logits) {
        double[] chances = problem.chances(logits);
        return switch (problem) {
            case SINGLE_LABEL -> names.get(best(chances));
            case MULTI_LABEL -> {
                String all = IntStream.range(0, chances.length)
                        .filter(i -> chances[i] > 0.5)
                        .mapToObj(names::get)
                        .collect(Collectors.joining(","));
                yield all.isEmpty() ? NONE : all;
            }
            case REGRESSION -> Double.toString(logits[0]);
        };
    }

    private static int best(double[] chances) {
        return IntStream.range(0, chances.length)
                .reduce((a, b) -> chances[b] > chances[a] ? b : a)
                .orElseThrow();
    }

    /// How right the model is.
    ///
    /// @param logits of each text
    /// @param right what [#numbers] says of each
    Map<String, Double> measures(List<double[]> logits, List<double[]> right) {
        return switch (problem) {
            case SINGLE_LABEL -> single(logits, right);
            case MULTI_LABEL -> several(logits, right);
            case REGRESSION -> numbers(logits, right);
        };
    }

    private Map<String, Double> single(List<double[]> logits, List<double[]> right) {
        List<double[]> chances = logits.stream().map(problem::chances).toList();
        int[] predicted = chances.stream().mapToInt(Labels::best).toArray();
        int[] wanted = right.stream().mapToInt(one -> (int) one[0]).toArray();
        boolean[] hit = new boolean[wanted.length];
        for (int i = 0; i < hit.length; i++) {
            hit[i] = predicted[i] == wanted[i];
        }
        io.attend.metric.Classification counts = io.attend.metric.Classification.of(predicted, wanted);
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("accuracy", counts.accuracy());
        measures.put("macroF1", counts.macroF1());
        measures.put("matthews", counts.matthews());
        double[] confidences =
                chances.stream().mapToDouble(one -> one[best(one)]).toArray();
        measures.put("calibrationError", Calibration.expectedError(confidences, hit, BINS));
        return measures;
    }

    private Map<String, Double> several(List<double[]> logits, List<double[]> right) {
        List<PrecisionRecall> each = new ArrayList<>();
        int[] all = new int[3];
        boolean[] whole = new boolean[right.size()];
        Arrays.fill(whole, true);
        for (int label = 0; label < names.size(); label++) {
            int[] one = new int[3]; // right, predicted, wanted
            for (int i = 0; i < right.size(); i++) {
                boolean predicted = logits.get(i)[label] > 0;
                boolean wanted = right.get(i)[label] > 0;
                one[0] += predicted && wanted ? 1 : 0;
                one[1] += predicted ? 1 : 0;
                one[2] += wanted ? 1 : 0;
                whole[i] &= predicted == wanted;
            }
            each.add(PrecisionRecall.of(one[0], one[1], one[2]));
            Arrays.setAll(all, i -> all[i] + one[i]);
        }
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("microF1", PrecisionRecall.of(all[0], all[1], all[2]).f1());
        measures.put(
                "macroF1",
                each.stream().mapToDouble(PrecisionRecall::f1).average().orElseThrow());
        long hits = IntStream.range(0, whole.length).filter(i -> whole[i]).count();
        measures.put("exactMatch", (double) hits / whole.length);
        return measures;
    }

    private static Map<String, Double> numbers(List<double[]> logits, List<double[]> right) {
        double[] said = logits.stream().mapToDouble(one -> one[0]).toArray();
        double[] wanted = right.stream().mapToDouble(one -> one[0]).toArray();
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put(
                "meanSquaredError",
                IntStream.range(0, said.length)
                        .mapToDouble(i -> (said[i] - wanted[i]) * (said[i] - wanted[i]))
                        .average()
                        .orElseThrow());
        double pearson = Correlation.pearson(said, wanted);
        if (!Double.isNaN(pearson)) { // one of the two is constant, and follows nothing
            measures.put("pearson", pearson);
            measures.put("spearman", Correlation.spearman(said, wanted));
        }
        return measures;
    }
}
