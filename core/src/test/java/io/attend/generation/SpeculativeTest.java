package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.layer.Bench;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Guesses change nothing of what is written.
class SpeculativeTest {
    private static final List<int[]> PROMPTS = List.of(new int[] {3, 1, 4, 1, 5}, new int[] {7}, new int[] {2, 6});

    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    private static Transformer model(Architecture architecture, double strength) {
        Transformer model = Transformer.initialize(architecture, 1);
        model.weights().forEach(weight -> Bench.fill(weight, DType.FLOAT32));
        model.weights().stream()
                .filter(weight -> !weight.name().contains("token"))
                .forEach(weight -> weight.tensor().mul_(weight.name().endsWith("bias") ? 0.1 : strength));
        return model;
    }

    private static Start start(Architecture architecture, Set<Integer> ends) {
        Optional<Input> source =
                SmallModels.translates(architecture) ? Optional.of(Tokens.padded(PROMPTS, 0)) : Optional.empty();
        return new Start(source, Tokens.paddedLeft(PROMPTS, 0), ends);
    }

    /// Drafts of the model itself, of one that is a little and one that is wholly other: all kept, some, hardly
    /// any. Prompts of several lengths, rules, ends.
    @Test
    void greedyWithADraftIsGreedy() {
        for (Architecture architecture : new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER}) {
            try (Transformer model = model(architecture, 3)) {
                for (double strength : new double[] {3, 2.9, 1}) {
                    try (Transformer draft = model(architecture, strength)) {
                        for (Greedy greedy : List.of(new Greedy(1), new Greedy(23), Greedy.UNREPEATED)) {
                            for (Set<Integer> ends : List.of(Set.<Integer>of(), Set.of(5, 9, 11, 17, 20))) {
                                Start start = start(architecture, ends);
                                assertThat(new Speculative(greedy, new DraftModel(4))
                                                .write(model, start.drafted(Optional.of(draft))))
                                        .isEqualTo(greedy.write(model, start));
                            }
                        }
                    }
                }
            }
        }
    }

    /// A guesser that is right saves passes: told tokens come several a pass.
    @Test
    void drawingWithADraftOfItselfIsAlwaysKept() {
        int kept = 0;
        SplittableRandom random = new SplittableRandom(3);
        Chooser chooser = new Chooser(List.of(), Constraint.NONE, 0, Optional.of(random));
        double[] p = {0.1, 0.2, 0.3, 0.4};
        for (int i = 0; i < 1000; i++) {
            int guess = Scores.draw(p, random.nextDouble());
            if (chooser.check(new Guessing.Guess(guess, p), p) == guess) {
                kept++;
            }
        }
        assertThat(kept).isEqualTo(1000);
    }

    /// Counts of 200,000: what comes out has the model's chances, whatever the guesses were drawn by.
    @Test
    void whatIsKeptOrReplacedHasTheModelsChances() {
        double[] p = {0.05, 0.5, 0.0, 0.15, 0.3};
        double[][] drafts = {{0.6, 0.1, 0.1, 0.1, 0.1}, {0, 0.2, 0.8, 0, 0}, {0.05, 0.5, 0, 0.15, 0.3}};
        for (double[] q : drafts) {
            for (boolean drawn : new boolean[] {true, false}) {
                SplittableRandom random = new SplittableRandom(11);
                Chooser chooser = new Chooser(List.of(), Constraint.NONE, 0, Optional.of(random));
                int[] counts = new int[p.length];
                int draws = 200_000;
                for (int i = 0; i < draws; i++) {
                    int guess = Scores.draw(q, random.nextDouble());
                    counts[chooser.check(new Guessing.Guess(guess, drawn ? q : new double[0]), p)]++;
                }
                for (int word = 0; word < p.length; word++) {
                    double deviation = Math.sqrt(p[word] * (1 - p[word]) / draws);
                    assertThat((double) counts[word] / draws)
                            .as("word %s guessed by %s", word, q)
                            .isCloseTo(p[word], within(5 * deviation + 1e-12));
                }
            }
        }
    }

    /// Whole texts of three words, drawn with and without guesses, are as frequent.
    @Test
    void drawnTextsHaveTheModelsDistribution() {
        int[] prompt = {3, 1, 4, 1, 5, 3, 1};
        int draws = 1500;
        List<int[]> prompts = java.util.Collections.nCopies(draws, prompt);
        try (Transformer model = model(SmallModels.GPT, 3);
                Transformer draft = model(SmallModels.GPT, 2)) {
            Start start =
                    new Start(Optional.empty(), Tokens.paddedLeft(prompts, 0), Set.of()).drafted(Optional.of(draft));
            Sampling sampling = Sampling.temperature(0.7).topK(3).limit(3);
            Map<String, Integer> plain = counts(sampling.write(model, start));
            assertThat(plain).hasSizeGreaterThan(3);
            for (Guessing guessing : List.of(new DraftModel(2), new LookUp(2, 2))) {
                Map<String, Integer> guessed =
                        counts(new Speculative(sampling.seed(7_000), guessing).write(model, start));
                plain.forEach((text, count) -> assertThat((double) guessed.getOrDefault(text, 0))
                        .as("%s with %s", text, guessing)
                        .isCloseTo(count, within(5 * Math.sqrt(2.0 * count) + 3)));
                assertThat(guessed.keySet().stream()
                                .filter(text -> !plain.containsKey(text))
                                .mapToInt(guessed::get)
                                .sum())
                        .as("texts that never came without guesses")
                        .isLessThan(draws / 20);
            }
        }
    }

    private static Map<String, Integer> counts(List<Written> texts) {
        Map<String, Integer> counts = new TreeMap<>();
        texts.forEach(text -> counts.merge(java.util.Arrays.toString(text.tokens()), 1, Integer::sum));
        return counts;
    }

    @Test
    void looksUpWhatFollowedTheLastWords() {
        LookUp two = new LookUp(3, 2);
        assertThat(two.behind(new int[] {1, 2, 3, 4, 5, 6, 1, 2}, 3)).containsExactly(3, 4, 5);
        assertThat(two.behind(new int[] {1, 2, 3, 9, 2, 4, 1, 2}, 3))
                .as("the longer match")
                .containsExactly(3, 9, 2);
        assertThat(two.behind(new int[] {7, 2, 3, 9, 2, 4, 1, 2}, 3))
                .as("the last place")
                .containsExactly(4, 1, 2);
        assertThat(two.behind(new int[] {5, 5}, 3)).containsExactly(5);
        assertThat(two.behind(new int[] {1, 2, 3}, 3)).isEmpty();
        assertThat(two.behind(new int[] {1}, 3)).isEmpty();
    }

    @Test
    void theSameSeedIsTheSameText() {
        try (Transformer model = model(SmallModels.GPT, 3)) {
            Start start = start(SmallModels.GPT, Set.of());
            Speculative how = new Speculative(Sampling.temperature(1).limit(19), LookUp.EXAMPLE);
            List<Written> first = how.write(model, start);
            assertThat(how.write(model, start)).isEqualTo(first);
            assertThat(new Speculative(Sampling.temperature(1).limit(19).seed(5), LookUp.EXAMPLE).write(model, start))
                    .isNotEqualTo(first);
        }
    }

    /// Followers hear every token once and can stop a text in the middle of a guess.
    @Test
    void aTextStopsWhereItsFollowerSaysSo() {
        try (Transformer model = model(SmallModels.GPT, 3)) {
            Start start = start(SmallModels.GPT, Set.of());
            List<Written> whole = new Greedy(19).write(model, start);
            List<Integer> heard = new ArrayList<>();
            List<Written> cut = new Speculative(new Greedy(19), new DraftModel(5))
                    .write(model, start.drafted(Optional.of(model)), (row, token) -> {
                        if (row == 1) {
                            heard.add(token);
                        }
                        return row != 1 || heard.size() < 4;
                    });
            assertThat(heard).hasSize(4);
            assertThat(cut.get(1).tokens())
                    .containsExactly(java.util.Arrays.copyOf(whole.get(1).tokens(), 4));
            assertThat(cut.get(2)).isEqualTo(whole.get(2));
        }
    }

    @Test
    void refusesWhatCannotBeGuessed() {
        assertThatThrownBy(() -> new Speculative(Beam.of(2), LookUp.EXAMPLE))
                .hasMessage("words are guessed for Greedy or Sampling, not for Beam");
        assertThatThrownBy(() -> new DraftModel(0))
                .hasMessage("tokens guessed at a time must be from 1 to 1000, not 0");
        assertThatThrownBy(() -> new LookUp(2, 0)).hasMessage("at least 1 word must be looked up, not 0");
        try (Transformer model = model(SmallModels.GPT, 3);
                Transformer recurrent = model(SmallModels.LSTM, 1)) {
            assertThatThrownBy(() -> new Speculative(new Greedy(5), new DraftModel(3))
                            .write(model, start(SmallModels.GPT, Set.of())))
                    .hasMessage("there is no draft model to guess with; give one, or look words up with LookUp");
            Tensor same = Tensor.of(new long[] {1, 1, 1, 1}, 1, 4);
            Optional<Input> source = Optional.of(Tokens.of(same));
            assertThatThrownBy(() -> new Speculative(new Greedy(23), LookUp.EXAMPLE)
                            .write(recurrent, new Start(source, same, 1_000)))
                    .hasMessageStartingWith("a recurrence cannot go back: ");
        }
    }
}
