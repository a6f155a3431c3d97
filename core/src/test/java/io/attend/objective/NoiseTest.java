package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.data.Pair;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Examples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Each noise by its own statistics: numbers of draws within four standard deviations.
class NoiseTest {
    private static final int MASK = 99_999;
    private static final int LENGTH = 10_007;
    private static final int[] TOKENS = IntStream.range(0, LENGTH).toArray();
    private static final Noise.Vocabulary VOCABULARY =
            new Noise.Vocabulary(LENGTH, MASK, new boolean[LENGTH]); // no token ends a sentence

    private static int[] spoilt(Noise noise) {
        return noise.of(TOKENS, VOCABULARY, new SplittableRandom(11));
    }

    /// Four standard deviations of a share of so many draws.
    private static org.assertj.core.data.Offset<Double> near(double share, double draws) {
        return within(4 * Math.sqrt(share * (1 - share) / draws));
    }

    @Test
    void maskingHidesAShareInPlace() {
        int[] masked = spoilt(new TokenMasking(0.15));
        assertThat(masked).hasSize(LENGTH);
        assertThat(IntStream.range(0, LENGTH)).allMatch(i -> masked[i] == TOKENS[i] || masked[i] == MASK);
        assertThat((double) Arrays.stream(masked).filter(token -> token == MASK).count() / LENGTH)
                .isCloseTo(0.15, near(0.15, LENGTH));
    }

    @Test
    void deletionLeavesOutAShareInOrder() {
        int[] left = spoilt(new TokenDeletion(0.15));
        assertThat(left).isSorted().doesNotHaveDuplicates();
        assertThat(1 - (double) left.length / LENGTH).isCloseTo(0.15, near(0.15, LENGTH));
    }

    @Test
    void replacementPutsAnyTokenInPlace() {
        int[] replaced = spoilt(new TokenReplacement(0.1));
        int[] others = IntStream.range(0, LENGTH)
                .filter(i -> replaced[i] != TOKENS[i])
                .map(i -> replaced[i])
                .toArray();
        assertThat(replaced).hasSize(LENGTH);
        assertThat((double) others.length / LENGTH).isCloseTo(0.1, near(0.1, LENGTH));
        assertThat(Arrays.stream(others).average().orElseThrow() / LENGTH)
                .as("any token alike")
                .isCloseTo(0.5, within(4 * Math.sqrt(1 / 12.0 / others.length)));
    }

    @Test
    void insertionPutsTokensIn() {
        int[] longer = new TokenInsertion(0.1).of(new int[LENGTH], VOCABULARY, new SplittableRandom(11));
        assertThat((double) (longer.length - LENGTH) / LENGTH).isCloseTo(0.1, near(0.1, LENGTH));
        assertThat(longer).endsWith(0);
        int[] kept = new TokenInsertion(0.1).of(new int[] {3, 1, 2}, VOCABULARY, new SplittableRandom(1));
        assertThat(kept).containsSubsequence(3, 1, 2);
    }

    /// A token stays where it was if none of 1,001 or so pairs has it: exp(-0.2) of them.
    @Test
    void swappingMovesTokensAndLosesNone() {
        int[] swapped = spoilt(new TokenSwap(0.1));
        assertThat((double) IntStream.range(0, LENGTH)
                                .filter(i -> swapped[i] == i)
                                .count()
                        / LENGTH)
                .isCloseTo(Math.exp(-0.2), near(0.18, LENGTH));
        Arrays.sort(swapped);
        assertThat(swapped).isEqualTo(TOKENS);
    }

    @Test
    void cutoffHidesOneSpan() {
        String hidden = Arrays.stream(spoilt(new SpanCutoff(0.1)))
                .mapToObj(token -> token == MASK ? "x" : ".")
                .collect(Collectors.joining());
        assertThat(hidden).matches("\\.*x{1001}\\.*").hasSize(LENGTH);
        assertThat(new SpanCutoff(0.9).of(new int[] {7}, VOCABULARY, new SplittableRandom(1)))
                .containsExactly(MASK);
    }

    @Test
    void rotationBeginsAnywhere() {
        int[] starts = new int[5];
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 5000; i++) {
            int[] turned = new DocumentRotation().of(new int[] {0, 1, 2, 3, 4}, VOCABULARY, random);
            starts[turned[0]]++;
            for (int at = 0; at < 5; at++) {
                assertThat(turned[at]).isEqualTo((turned[0] + at) % 5);
            }
        }
        assertThat(Arrays.stream(starts).boxed()).allMatch(count -> Math.abs(count - 1000) < 114);
    }

    @Test
    void sentencesComeInEveryOrder() {
        Tokenizer tokenizer = Tokenizer.characters(List.of("ab.?c"), MaskedToken.EXAMPLE.specials());
        Noise.Vocabulary vocabulary = Noise.Vocabulary.of(tokenizer, 4);
        int[] text = tokenizer.ids("a.bb?c");
        SplittableRandom random = new SplittableRandom(11);
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 6000; i++) {
            counts.merge(tokenizer.decode(new SentencePermutation().of(text, vocabulary, random)), 1, Integer::sum);
        }
        assertThat(counts).containsOnlyKeys("a.bb?c", "a.cbb?", "bb?a.c", "bb?ca.", "ca.bb?", "cbb?a.");
        assertThat(counts.values()).allMatch(count -> Math.abs(count - 1000) < 116);
    }

    /// Of 10,007 distinct tokens exactly 3,002 are covered, the others stay in order, and what a mask between
    /// two tokens covers is seen from them: lengths are Poisson with mean 3, so 5% of them are 0.
    @Test
    void infillingCoversAShareBySpansOfPoissonLengths() {
        int[] filled = spoilt(new TextInfilling(0.3, 3));
        int[] left = Arrays.stream(filled).filter(token -> token != MASK).toArray();
        assertThat(left).hasSize(LENGTH - 3002).isSorted();
        List<Integer> lengths = new ArrayList<>();
        for (int i = 1; i + 1 < filled.length; i++) {
            if (filled[i] == MASK && filled[i - 1] != MASK && filled[i + 1] != MASK) {
                lengths.add(filled[i + 1] - filled[i - 1] - 1);
            }
        }
        assertThat(lengths).hasSizeGreaterThan(500);
        double chance = Math.exp(-3);
        for (int length = 0; length < 8; length++) {
            int wanted = length;
            assertThat((double) lengths.stream().filter(one -> one == wanted).count() / lengths.size())
                    .as("spans of %d", length)
                    .isCloseTo(chance, near(chance, lengths.size()));
            chance *= 3.0 / (length + 1);
        }
    }

    /// A text may be left with nothing, or have been nothing.
    @Test
    void shortTextsAreBorne() {
        Stream.of(new int[0], new int[] {3}, new int[] {3, 5})
                .forEach(tokens -> Examples.of(Noise.class).forEach(example -> {
                    Noise noise = example.value();
                    int[] before = tokens.clone();
                    assertThat(noise.of(tokens, VOCABULARY, new SplittableRandom(1)).length)
                            .as(example.name())
                            .isBetween(0, 5);
                    assertThat(tokens).isEqualTo(before);
                }));
    }

    /// The same draws make the same batch, so that a run goes on to the same bits; others make another, so that no
    /// epoch is like the one before. What is judged by is never spoilt.
    @Test
    void whatIsDrawnIsWhatTheStepDraws() {
        List<Pair> pairs = IntStream.range(0, 5)
                .mapToObj(i -> new Pair("abcde".repeat(7), "edcba"))
                .toList();
        Tokenizer letters = Tokenizer.characters(List.of("abcde"), TextModel.SPECIALS);
        TeacherForcing plain = new TeacherForcing(0);
        List<Noise> noises =
                List.of(new TokenDeletion(0.2), new TokenReplacement(0.2), new TokenSwap(0.2), new TokenInsertion(0.2));
        TeacherForcing value = new TeacherForcing(0, plain.decoding(), plain.bleu(), plain.sampling(), noises);
        try (Lifetime _ = Lifetime.open();
                Objective.Built built = value.build(letters, pairs, pairs);
                Objective.Built unspoilt = plain.build(letters, pairs, pairs)) {
            List<Integer> all = List.of(4, 1, 0, 2, 3);
            assertThat(read(built.training(all, new SplittableRandom(5))))
                    .containsExactly(read(built.training(all, new SplittableRandom(5))))
                    .isNotEqualTo(read(built.training(all, new SplittableRandom(6))))
                    .isNotEqualTo(read(unspoilt.training(all, new SplittableRandom(5))));
            assertThat(read(built.heldOut(0, 5))).containsExactly(read(unspoilt.heldOut(0, 5)));
        }
    }

    private static long[] read(Batch batch) {
        return ((Tokens) batch.inputs().source()).ids().toLongs();
    }

    @Test
    void denoisingLearns() {
        List<Document> runs = List.of(new Document(
                "abcde".chars().mapToObj(c -> Character.toString(c).repeat(68)).collect(Collectors.joining())));
        Denoising value = new Denoising(17, List.of(new TextInfilling(0.3, 3), new SentencePermutation()));
        Learning learning = Learning.of(
                value,
                Tokenizer.characters(List.of("abcde"), value.specials()),
                runs,
                needs -> Presets.transformer(
                        needs.vocabulary(), 1, Presets.Size.width(12).heads(2).hidden(13), 0),
                150);
        assertThat(learning.after()).isLessThan(0.5 * learning.before());
        assertThat(learning.measures()).containsKeys("accuracy", "perplexity");
        Objective.Shown first = learning.shown().getFirst();
        assertThat(first.input()).contains("<mask>");
        assertThat(first.expected().orElseThrow()).hasSize(17).doesNotContain("<mask>");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new TokenDeletion(1)).hasMessage("share 1.0 is outside (0, 1)");
        assertThatThrownBy(() -> new TextInfilling(0.3, 0)).hasMessage("meanSpan 0.0 is outside (0, 100]");
        assertThatThrownBy(() -> new Denoising(1, List.of()))
                .hasMessage("length must be from 2 to 1048576 tokens, not 1");
    }
}
