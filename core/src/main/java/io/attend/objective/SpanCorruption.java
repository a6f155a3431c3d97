package io.attend.objective;

import io.attend.data.Example;
import io.attend.data.TokenPair;
import io.attend.generation.TextModel;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Spans of a text are cut out and the model writes them: T5's objective. From [io.attend.data.Document]s laid
/// end to end and cut into windows.
///
///     the cat sat on the mat .   →   the <extra_id_0> on the <extra_id_1> .   asks for
///     <extra_id_0> cat sat <extra_id_1> mat
///
///     N = round(density · n), at least 1, in S = max(1, round(N / meanSpan)) spans
///
/// N tokens are cut into S parts that are not empty, all cuts equally likely, and so are the n − N that stay;
/// parts that stay and parts that go take turns, the first stays. It is the published `random_spans_noise_mask`.
/// A window has as many tokens n as leave a source of at most `length`, sentinels and end token counted. Each
/// span is a sentinel in the source, and in the target stands behind the same. Judged by perplexity and the
/// share of tokens that are the likeliest.
///
/// @param length tokens of a source
/// @param density share of tokens that are cut out
/// @param meanSpan tokens a span, on average
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record SpanCorruption(
        @Default("128") int length,
        @Default("0.15") double density,
        @Default("3.0") double meanSpan) implements Objective {
    public static final SpanCorruption EXAMPLE = new SpanCorruption(29, 0.15, 3);

    public SpanCorruption {
        Windows.check(length);
        Windows.share("density", density);
        if (!(meanSpan >= 1 && meanSpan <= length)) {
            throw new IllegalArgumentException("meanSpan " + meanSpan + " is outside [1, " + length + "], the length");
        }
    }

    /// As T5 names them.
    static String sentinel(int span) {
        return "<extra_id_" + span + ">";
    }

    @Override
    public List<String> specials() {
        return Stream.concat(
                        TextModel.SPECIALS.stream(),
                        IntStream.range(0, spans(window())).mapToObj(SpanCorruption::sentinel))
                .toList();
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        int[] sentinels = IntStream.range(0, spans(window()))
                .map(span -> tokenizer
                        .id(sentinel(span))
                        .orElseThrow(() -> new IllegalArgumentException("the tokenizer has no token " + sentinel(span)
                                + ", and windows of " + window() + " tokens have " + spans(window())
                                + " spans; give it one, or objective.length a smaller number")))
                .toArray();
        TextModel.Words words = new TextModel.Words(tokenizer);
        return new Restoring(
                this,
                words,
                training,
                heldOut,
                window(),
                (tokens, random) -> cut(tokens, mask(tokens.length, random), sentinels, words.end()));
    }

    /// Tokens that are cut out of so many, before bounds.
    private int noise(int tokens) {
        return (int) Math.rint(tokens * density);
    }

    /// Tokens of a window: the most that leave a source of at most `length`.
    int window() {
        int tokens = length;
        while (source(tokens + 1) <= length) {
            tokens++;
        }
        return tokens;
    }

    private int source(int tokens) {
        int noise = noise(tokens);
        return tokens - noise + (int) Math.rint(noise / meanSpan) + 1;
    }

    private int spans(int tokens) {
        return Math.max(1, (int) Math.rint(bounded(tokens) / meanSpan));
    }

    private int bounded(int tokens) {
        return Math.clamp(noise(tokens), 1, tokens - 1);
    }

    /// Which of so many tokens, at least 2, are cut out.
    boolean[] mask(int tokens, RandomGenerator random) {
        int spans = Math.min(spans(tokens), tokens - bounded(tokens)); // every span has something that stays before it
        int[] cut = parts(bounded(tokens), spans, random);
        int[] stays = parts(tokens - bounded(tokens), spans, random);
        boolean[] mask = new boolean[tokens];
        int at = 0;
        for (int span = 0; span < spans; span++) {
            at += stays[span];
            Arrays.fill(mask, at, at + cut[span], true);
            at += cut[span];
        }
        return mask;
    }

    /// So many items in so many parts, none of them empty, all ways equally likely.
    private static int[] parts(int items, int parts, RandomGenerator random) {
        List<Boolean> begins = new ArrayList<>(Collections.nCopies(items - 1, false));
        Collections.fill(begins.subList(0, parts - 1), true);
        Collections.shuffle(begins, java.util.Random.from(random));
        int[] lengths = new int[parts];
        int part = 0;
        lengths[0] = 1;
        for (boolean begin : begins) {
            part += begin ? 1 : 0;
            lengths[part]++;
        }
        return lengths;
    }

    /// What is read and what is to be written.
    static TokenPair cut(int[] tokens, boolean[] mask, int[] sentinels, int end) {
        IntStream.Builder source = IntStream.builder();
        IntStream.Builder target = IntStream.builder();
        int span = -1;
        for (int i = 0; i < tokens.length; i++) {
            if (!mask[i]) {
                source.add(tokens[i]);
                continue;
            }
            if (i == 0 || !mask[i - 1]) {
                span++;
                source.add(sentinels[span]);
                target.add(sentinels[span]);
            }
            target.add(tokens[i]);
        }
        return new TokenPair(
                source.add(end).build().toArray(), target.add(end).build().toArray());
    }
}
