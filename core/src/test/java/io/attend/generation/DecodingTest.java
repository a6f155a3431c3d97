package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import io.attend.value.Formulas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What a decoding writes with its cache, for many texts at once behind padded sources, is what it writes for
/// each text alone when every step goes through the whole text again.
class DecodingTest {
    private static final List<int[]> SOURCES =
            List.of(new int[] {3, 1, 4, 1, 5, 9, 2}, new int[] {6}, new int[] {5, 3, 5}, new int[] {8, 9, 7, 9, 3});
    private static final long[][] PROMPTS = {{1, 2}, {1, 5}, {1, 11}, {1, 16}};
    private static final int NEVER = 1_000;

    /// Writes on from a prompt, given what scores the words that may follow a text.
    @FunctionalInterface
    private interface Formula {
        List<Integer> write(Likeliness model, List<Integer> prompt, int row, int end);
    }

    private interface Likeliness {
        float[] next(List<Integer> text);

        /// The last vector of every token.
        float[][] vectors(List<Integer> text);
    }

    private static final Formulas<Decoding, Formula> ALL = Formulas.<Decoding, Formula>of(Decoding.class)
            .with(Greedy.class, value -> (model, prompt, _, end) -> greedy(value, model, prompt, end))
            .with(
                    Speculative.class,
                    value -> (model, prompt, _, end) -> greedy((Greedy) value.choosing(), model, prompt, end))
            .with(Contrastive.class, value -> (model, prompt, _, end) -> contrastive(value, model, prompt, end))
            .with(Sampling.class, value -> (model, prompt, row, end) -> {
                SplittableRandom random = new SplittableRandom(value.seed() + row);
                List<Integer> text = new ArrayList<>(prompt);
                while (text.size() < prompt.size() + value.limit()) {
                    float[] scores = ruled(model, text, value.rules());
                    double most = scores[0];
                    for (float score : scores) {
                        most = Math.max(most, score);
                    }
                    double total = 0;
                    for (float score : scores) {
                        total += Math.exp(score - most);
                    }
                    double left = random.nextDouble();
                    int word = -1;
                    while (left >= 0 && word + 1 < scores.length) {
                        left -= Math.exp(scores[++word] - most) / total;
                    }
                    if (word == end) {
                        break;
                    }
                    text.add(word);
                }
                return text.subList(prompt.size(), text.size());
            })
            .with(Beam.class, value -> (model, prompt, _, end) -> NaiveBeam.write(value, model::next, prompt, end));

    private static List<Integer> greedy(Greedy value, Likeliness model, List<Integer> prompt, int end) {
        List<Integer> text = new ArrayList<>(prompt);
        while (text.size() < prompt.size() + value.limit()) {
            float[] scores = ruled(model, text, value.rules());
            int best = 0;
            for (int word = 1; word < scores.length; word++) {
                best = scores[word] > scores[best] ? word : best;
            }
            if (best == end) {
                break;
            }
            text.add(best);
        }
        return text.subList(prompt.size(), text.size());
    }

    private static List<Integer> contrastive(Contrastive value, Likeliness model, List<Integer> prompt, int end) {
        List<Integer> text = new ArrayList<>(prompt);
        while (text.size() < prompt.size() + value.limit()) {
            float[] scores = ruled(model, text, value.rules());
            double total = 0;
            for (float score : scores) {
                total += Math.exp(score);
            }
            float least = Scores.ranked(scores, value.candidates());
            int best = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int word = 0; word < scores.length; word++) {
                if (scores[word] >= least) {
                    List<Integer> tried = new ArrayList<>(text);
                    tried.add(word);
                    float[][] vectors = model.vectors(tried);
                    double alike = -1;
                    for (int before = 0; before < text.size(); before++) {
                        alike = Math.max(alike, cosine(vectors[before], vectors[text.size()]));
                    }
                    double score = (1 - value.penalty()) * Math.exp(scores[word]) / total - value.penalty() * alike;
                    best = score > most ? word : best;
                    most = Math.max(score, most);
                }
            }
            if (best == end) {
                break;
            }
            text.add(best);
        }
        return text.subList(prompt.size(), text.size());
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            first += (double) a[i] * a[i];
            second += (double) b[i] * b[i];
        }
        return product / Math.sqrt(first * second);
    }

    private static float[] ruled(Likeliness model, List<Integer> text, List<Rule> rules) {
        float[] scores = model.next(text);
        int[] before = text.stream().mapToInt(id -> id).toArray();
        rules.forEach(rule -> rule.apply(scores, before));
        return scores;
    }

    private static Transformer model(Architecture architecture) {
        Transformer model = Transformer.initialize(architecture, 1);
        model.weights().forEach(weight -> Bench.fill(weight, DType.FLOAT32));
        // Strong products and weak biases: a model whose words also score words would repeat itself.
        model.weights().stream()
                .filter(weight -> !weight.name().contains("token"))
                .forEach(weight -> weight.tensor().mul_(weight.name().endsWith("bias") ? 0.1 : 3));
        return model;
    }

    /// One forward pass over the whole text of one row, its source without padding.
    private static Likeliness uncached(Transformer model, Optional<int[]> source) {
        return new Likeliness() {
            @Override
            public float[] next(List<Integer> text) {
                try (Lifetime _ = Lifetime.open()) {
                    Tensor scores = model.forward(inputs(text), Context.inference());
                    return scores.select(1, text.size() - 1).toFloats();
                }
            }

            @Override
            public float[][] vectors(List<Integer> text) {
                try (Lifetime _ = Lifetime.open()) {
                    return Scores.rows(model.vectors(inputs(text), Context.inference()));
                }
            }

            private Inputs inputs(List<Integer> text) {
                Tokens words =
                        Tokens.of(Tensor.of(text.stream().mapToLong(id -> id).toArray(), 1, text.size()));
                return source.map(ids -> Inputs.of(Tokens.padded(List.of(ids), 0), words))
                        .orElseGet(() -> Inputs.of(words));
            }
        };
    }

    @TestFactory
    Stream<DynamicTest> cachedIsUncached() {
        return Examples.of(Decoding.class)
                .flatMap(decoding -> SmallModels.writing()
                        .filter(model -> writesWords(model.value()))
                        .filter(model -> !(decoding.value() instanceof Speculative) || goesBack(model.value()))
                        .map(model ->
                                DynamicTest.dynamicTest(decoding + " with " + model, () -> check(decoding, model))));
    }

    private static boolean writesWords(Architecture architecture) {
        return !(architecture.head() instanceof io.attend.head.NoHead)
                && !(architecture.head() instanceof io.attend.head.LinearHead linear
                        && linear.outputs() > SmallModels.VOCABULARY);
    }

    /// A recurrence or a convolution cannot take words back.
    private static boolean goesBack(Architecture architecture) {
        return !architecture.toJson().contains("Recur") && !architecture.toJson().contains("Convol");
    }

    private static void check(Example<Decoding> decoding, Example<Architecture> example) {
        boolean translates = SmallModels.translates(example.value());
        try (Lifetime _ = Lifetime.open();
                Transformer model = model(example.value())) {
            Tensor prompt = Tensor.of(
                    Arrays.stream(PROMPTS).flatMapToLong(Arrays::stream).toArray(), 4, 2);
            Optional<Input> source = translates ? Optional.of(Tokens.padded(SOURCES, 0)) : Optional.empty();
            TreeSet<Integer> lengths = new TreeSet<>();
            List<Integer> ends = new ArrayList<>(List.of(NEVER));
            decoding.value()
                    .write(model, new Start(source, prompt, NEVER))
                    .forEach(text ->
                            Arrays.stream(text.tokens()).distinct().limit(3).forEach(ends::add));
            for (int end : ends) {
                List<int[]> written = decoding.value().write(model, new Start(source, prompt, end)).stream()
                        .map(Written::tokens)
                        .toList();
                assertThat(written).hasSize(PROMPTS.length);
                for (int row = 0; row < PROMPTS.length; row++) {
                    Optional<int[]> alone = translates ? Optional.of(SOURCES.get(row)) : Optional.empty();
                    List<Integer> given =
                            Arrays.stream(PROMPTS[row]).mapToObj(id -> (int) id).toList();
                    List<Integer> expected = ALL.of(decoding.value()).write(uncached(model, alone), given, row, end);
                    assertThat(written.get(row))
                            .as("%s with %s, row %s, ending at %s", decoding, example, row, end)
                            .containsExactly(
                                    expected.stream().mapToInt(id -> id).toArray());
                    lengths.add(expected.size());
                }
            }
            assertThat(lengths)
                    .as("the texts of this test end at several lengths")
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void stopsAtItsLimitAndLeavesNothingBehind() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = model(SmallModels.GPT)) {
            Tensor prompt = Tensor.zeros(Shape.of(1, 1), DType.INT64);
            assertThat(new Greedy(1).write(model, new Start(Optional.empty(), prompt, NEVER)))
                    .singleElement()
                    .satisfies(text -> assertThat(text.tokens()).hasSize(1));
            assertThat(new Greedy(60).write(model, new Start(Optional.empty(), prompt, NEVER)))
                    .singleElement()
                    .satisfies(text -> assertThat(text.tokens()).hasSize(60));
        }
    }

    /// A limit is a promise to stop, not a request for memory.
    @Test
    void aHugeLimitCostsNothing() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = model(SmallModels.TRANSFORMER)) {
            Tensor prompt = Tensor.of(new long[] {1}, 1, 1);
            Optional<Input> source = Optional.of(Tokens.padded(List.of(new int[] {3, 1, 4}), 0));
            int first = new Greedy(1)
                    .write(model, new Start(source, prompt, NEVER))
                    .getFirst()
                    .tokens()[0];
            assertThat(new Greedy(Integer.MAX_VALUE).write(model, new Start(source, prompt, first)))
                    .singleElement()
                    .satisfies(text -> assertThat(text.tokens()).isEmpty());
        }
    }

    @Test
    void aTextLongerThanTheModelIsAnError() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = model(SmallModels.GPT)) {
            Tensor prompt = Tensor.zeros(Shape.of(2, 50), DType.INT64);
            Start start = new Start(Optional.empty(), prompt, NEVER);
            assertThat(new Greedy(12).write(model, start)).hasSize(2);
            assertThatThrownBy(() -> new Greedy(13).write(model, start))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "embedding.position: the text has 62 tokens, but the model has learned only 61 positions;"
                                    + " shorten the text or train a model with a larger maximum");
        }
    }

    @Test
    void refusesALimitOfNothing() {
        assertThatThrownBy(() -> new Greedy(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the limit must be at least 1 token, not 0");
    }
}
