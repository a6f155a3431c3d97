package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.generation.TextModel;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Values;
import io.attend.value.Variants;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AugmentationTest {
    private static final int UNKNOWN = 3;
    private static final int[] NEW = IntStream.range(1000, 1100).toArray();
    private static final Augmentation.Vocabulary VOCABULARY = new Augmentation.Vocabulary(NEW, UNKNOWN);
    private static final int LENGTH = 4001;
    private static final int[] TEXT = IntStream.range(10_000, 10_000 + LENGTH).toArray();

    private static int[] changed(Augmentation how, int[] text, int seed) {
        return how.apply(text, VOCABULARY, new SplittableRandom(seed));
    }

    static Stream<Augmentation> all() {
        return Variants.of(Augmentation.class).values().stream()
                .flatMap(variant -> Variants.examples(variant).stream())
                .map(Augmentation.class::cast);
    }

    @ParameterizedTest
    @MethodSource("all")
    void isDecidedByTheRandomSourceAndLeavesTheTextAlone(Augmentation how) {
        int[] text = TEXT.clone();
        int[] once = changed(how, text, 7);
        assertThat(text).isEqualTo(TEXT);
        assertThat(once).isNotEqualTo(TEXT).isEqualTo(changed(how, text, 7)).isNotEqualTo(changed(how, text, 8));
        for (int length = 0; length < 4; length++) {
            for (int seed = 0; seed < 50; seed++) {
                int[] few = changed(how, Arrays.copyOf(TEXT, length), seed);
                assertThat(few.length).isBetween(Math.min(1, length), length + 1);
            }
        }
    }

    @Test
    void replacedTokensAreTheShareAndOfTheVocabulary() {
        int[] changed = changed(new ReplaceTokens(0.25), TEXT, 3);
        assertThat(changed).hasSize(LENGTH);
        long others = IntStream.range(0, LENGTH).filter(i -> changed[i] != TEXT[i]).count();
        assertThat(others).isBetween(1000L, 1001L); // a quarter, each place once
        assertThat(Arrays.stream(changed).filter(id -> id < 10_000).distinct().count()).isGreaterThan(95);
        assertThat(Arrays.stream(changed).filter(id -> id < 10_000)).allMatch(id -> id >= 1000 && id < 1100);
        long inFront = IntStream.range(0, LENGTH / 2).filter(i -> changed[i] != TEXT[i]).count();
        assertThat(inFront).isBetween(440L, 560L);
    }

    @Test
    void insertedTokensLeaveTheOthersInTheirOrder() {
        int[] changed = changed(new InsertTokens(0.25), TEXT, 3);
        assertThat(changed.length - LENGTH).isBetween(1000, 1001);
        assertThat(Arrays.stream(changed).filter(id -> id >= 10_000).toArray()).isEqualTo(TEXT);
        assertThat(Arrays.stream(changed, 0, changed.length / 2).filter(id -> id < 10_000).count())
                .isBetween(440L, 560L);
        assertThat(Stream.iterate(0, seed -> seed < 200, seed -> seed + 1)
                        .map(seed -> changed(new InsertTokens(0.9), new int[] {10_000}, seed)[0])
                        .distinct())
                .as("before the first and behind the last, too")
                .contains(10_000)
                .hasSizeGreaterThan(2);
    }

    @Test
    void deletedTokensAreTheShareAndOneAlwaysStays() {
        int[] changed = changed(new DeleteTokens(0.25), TEXT, 3);
        assertThat(changed.length).isBetween(2900, 3100);
        assertThat(changed).isSorted().doesNotHaveDuplicates();
        assertThat(TEXT).contains(changed);
        for (int seed = 0; seed < 100; seed++) {
            assertThat(changed(new DeleteTokens(0.99), new int[] {5, 6, 7}, seed)).isNotEmpty();
        }
    }

    @Test
    void swappedTokensAreTheSameTokens() {
        int[] changed = changed(new SwapTokens(0.25), TEXT, 3);
        int[] sorted = changed.clone();
        Arrays.sort(sorted);
        assertThat(sorted).isEqualTo(TEXT);
        long moved = IntStream.range(0, LENGTH).filter(i -> changed[i] != TEXT[i]).count();
        assertThat(moved).isBetween(1400L, 1700L); // 1 - exp(-1/2) of 4,001 is 1,574
        assertThat(changed(new SwapTokens(0.999), new int[] {5, 6}, 1)).isIn(new int[] {5, 6}, new int[] {6, 5});
    }

    @Test
    void aCutSpanIsHiddenInOnePiece() {
        int[] firsts = IntStream.range(0, 300)
                .map(seed -> {
                    int[] changed = changed(new CutSpan(0.25), Arrays.copyOf(TEXT, 40), seed);
                    int[] hidden = IntStream.range(0, 40).filter(i -> changed[i] == UNKNOWN).toArray();
                    assertThat(hidden).isEqualTo(IntStream.range(hidden[0], hidden[0] + 10).toArray());
                    IntStream.range(0, 40)
                            .filter(i -> changed[i] != UNKNOWN)
                            .forEach(i -> assertThat(changed[i]).isEqualTo(TEXT[i]));
                    return hidden[0];
                })
                .toArray();
        assertThat(firsts).contains(0, 30);
    }

    /// A share of 0.1 of three tokens is 0.3 on average.
    @Test
    void theShareHoldsForShortTextsToo() {
        double replaced = IntStream.range(0, 10_000)
                .map(seed -> (int) Arrays.stream(changed(new ReplaceTokens(0.1), new int[] {1, 2, 4}, seed))
                        .filter(id -> id >= 1000)
                        .count())
                .average()
                .orElseThrow();
        assertThat(replaced).isBetween(0.28, 0.32);
    }

    @Test
    void theyCompose() {
        int[] both = Augmentation.all(
                List.of(new DeleteTokens(0.5), new CutSpan(0.1)), TEXT, VOCABULARY, new SplittableRandom(3));
        assertThat(both.length).isBetween(1900, 2100);
        assertThat(Arrays.stream(both).filter(id -> id == UNKNOWN).count()).isBetween(190L, 210L);
        assertThat(Augmentation.all(List.of(), TEXT, VOCABULARY, new SplittableRandom(3))).isEqualTo(TEXT);
    }

    @Test
    void specialTokensAreNotWritten() {
        Tokenizer tokenizer = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);
        assertThat(Augmentation.Vocabulary.of(tokenizer, UNKNOWN).ordinary()).containsExactly(4, 5, 6);
        Augmentation.Vocabulary none = new Augmentation.Vocabulary(new int[0], UNKNOWN);
        assertThatThrownBy(() -> new ReplaceTokens(0.9).apply(new int[] {1, 2, 3}, none, new SplittableRandom(1)))
                .hasMessage("the tokenizer has only special tokens; there are none to write into a text");
    }

    @Test
    void aShareOutsideItsRangeIsRefusedByItsPath() {
        assertThatThrownBy(() -> Values.parse(Augmentation.class, "{\"type\": \"CutSpan\", \"share\": 1.0}"))
                .hasMessage("$: share 1.0 is outside [0, 1)");
    }
}
