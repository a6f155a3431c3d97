package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.data.TokenPair;
import io.attend.embedding.Tokens;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// T5's corruption against its published code.
class SpanCorruptionTest {
    private static final Presets.Size SIZE = Presets.Size.width(12).heads(2).hidden(13);
    private static final List<Document> RUNS = List.of(new Document(
            "abcde".chars().mapToObj(c -> Character.toString(c).repeat(68)).collect(Collectors.joining())));

    private static Tokenizer characters(SpanCorruption value) {
        return Tokenizer.characters(List.of("abcde"), value.specials());
    }

    /// What `random_spans_helper` of T5's code gives for its usual settings: windows of 568 tokens make sources
    /// of 512 and targets of 114.
    @Test
    void windowsAreAsLongAsInTheReference() {
        SpanCorruption value = new SpanCorruption(512, 0.15, 3);
        assertThat(value.window()).isEqualTo(568);
        boolean[] mask = value.mask(568, new SplittableRandom(1));
        TokenPair pair = SpanCorruption.cut(new int[568], mask, new int[28], 2);
        assertThat(pair.source()).hasSize(512);
        assertThat(pair.target()).hasSize(114);
        assertThat(value.specials()).hasSize(4 + 28).endsWith("<extra_id_27>");
    }

    /// 7 tokens at 0.45: 3 go, in 2 spans: 2 ways to cut 3 in two, 3 ways to cut 4, so 6 masks, each as likely;
    /// 6,000 draws, within 4 standard deviations.
    @Test
    void everyWayToCutIsEquallyLikely() {
        SpanCorruption value = new SpanCorruption(7, 0.45, 1.5);
        SplittableRandom random = new SplittableRandom(11);
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < 6000; i++) {
            counts.merge(shown(value.mask(7, random)), 1, Integer::sum);
        }
        assertThat(counts.keySet())
                .containsExactlyInAnyOrder(".x...xx", "..x..xx", "...x.xx", ".xx...x", "..xx..x", "...xx.x");
        assertThat(counts.values()).allMatch(count -> Math.abs(count - 1000) < 116);
    }

    private static String shown(boolean[] mask) {
        return IntStream.range(0, mask.length)
                .mapToObj(i -> mask[i] ? "x" : ".")
                .collect(Collectors.joining());
    }

    /// round(0.15 n) tokens, to the even of two as near, in round(N / 3) spans; at least one of each.
    @Test
    void theNumbersAreExactAtEveryLength() {
        SpanCorruption value = new SpanCorruption(128, 0.15, 3);
        SplittableRandom random = new SplittableRandom(11);
        for (int tokens : new int[] {2, 3, 10, 13, 30, 101, 499}) {
            int noise = Math.max(1, (int) Math.rint(0.15 * tokens));
            String mask = shown(value.mask(tokens, random));
            assertThat(mask.chars().filter(c -> c == 'x').count()).isEqualTo(noise);
            assertThat(mask.split("\\.+x+", -1).length - 1).isEqualTo(Math.max(1, (int) Math.rint(noise / 3.0)));
            assertThat(mask).startsWith(".").endsWith("x");
        }
    }

    @Test
    void spansBecomeSentinelsAndSentinelsSpans() {
        int[] tokens = IntStream.range(10, 19).toArray();
        boolean[] mask = {false, true, true, false, false, true, false, true, true};
        TokenPair pair = SpanCorruption.cut(tokens, mask, new int[] {4, 5, 6}, 2);
        assertThat(pair.source()).containsExactly(10, 4, 13, 14, 5, 16, 6, 2);
        assertThat(pair.target()).containsExactly(4, 11, 12, 5, 15, 6, 17, 18, 2);
    }

    @Test
    void spansAreDrawnAnewToLearnFromAndStayToBeJudgedBy() {
        SpanCorruption value = SpanCorruption.EXAMPLE;
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built = value.build(characters(value), RUNS, RUNS);
            SplittableRandom random = new SplittableRandom(1);
            assertThat(rows(built.training(List.of(3), random)))
                    .isNotEqualTo(rows(built.training(List.of(3), random)))
                    .isEqualTo(rows(built.training(List.of(3), new SplittableRandom(1))));
            assertThat(rows(built.heldOut(2, 5)))
                    .isEqualTo(rows(value.build(characters(value), RUNS, RUNS).heldOut(2, 5)));
        }
    }

    private static String rows(Batch batch) {
        return Arrays.deepToString(((Tokens) batch.inputs().source()).rows())
                + Arrays.toString(batch.answers().toLongs());
    }

    @Test
    void itLearns() {
        SpanCorruption value = SpanCorruption.EXAMPLE;
        Learning learning = Learning.of(
                value, characters(value), RUNS, needs -> Presets.transformer(needs.vocabulary(), 1, SIZE, 0), 150);
        assertThat(learning.after()).isLessThan(0.5 * learning.before());
        assertThat(learning.measures().get("accuracy")).isGreaterThan(0.7);
        assertThat(learning.shown().getFirst().input()).contains("<extra_id_0>").doesNotContain("</s>");
        assertThat(learning.shown().getFirst().expected().orElseThrow()).startsWith("<extra_id_0>");
    }

    @Test
    void whatItCannotLearnIsRefused() {
        assertThatThrownBy(() -> new SpanCorruption(29, 0, 3)).hasMessage("density 0.0 is outside (0, 1)");
        assertThatThrownBy(() -> new SpanCorruption(29, 0.15, 0.5))
                .hasMessage("meanSpan 0.5 is outside [1, 29], the length");
        assertThatThrownBy(() -> new SpanCorruption(29, 0.15, 3)
                        .build(Tokenizer.characters(List.of("a"), NextToken.EXAMPLE.specials()), RUNS, RUNS))
                .hasMessage(
                        "the tokenizer has no token <extra_id_0>, and windows of 31 tokens have 2 spans; give it one, or"
                                + " objective.length a smaller number");
        try (Transformer gpt = Transformer.initialize(Presets.gpt(31, 1, SIZE, 15), 5)) {
            SpanCorruption value = SpanCorruption.EXAMPLE;
            assertThatThrownBy(() -> value.build(characters(value), RUNS, RUNS).check(gpt))
                    .hasMessage("model.architecture: spoilt texts are learned by an EncoderDecoder, not by a Decoder");
        }
    }
}
