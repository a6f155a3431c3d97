package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Spans of tokens become one mask token each: BART's text infilling. The model must also find out how many
/// tokens are missing, which may be none.
///
///     A B C D E → A _ D _ E
///
///     lengths ~ Poisson(meanSpan), drawn until round(share · n) tokens are covered, the last cut to fit
///
/// Spans do not overlap and all ways to lay them out are equally likely; a span of no tokens puts a mask token
/// in.
///
/// @param share of tokens that are covered
/// @param meanSpan tokens a span on average, the paper's λ
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record TextInfilling(
        @Default("0.3") double share, @Default("3.0") double meanSpan) implements Noise {
    public static final TextInfilling EXAMPLE = new TextInfilling(0.3, 3);

    public TextInfilling {
        Windows.share("share", share);
        if (!(meanSpan > 0 && meanSpan <= 100)) {
            throw new IllegalArgumentException("meanSpan " + meanSpan + " is outside (0, 100]");
        }
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        List<Integer> spans = spans((int) Math.rint(share * tokens.length), random);
        int covered = spans.stream().mapToInt(Integer::intValue).sum();
        // a layout is an order of the tokens that stay, -1, and the spans
        List<Integer> layout = new ArrayList<>(Collections.nCopies(tokens.length - covered, -1));
        layout.addAll(spans);
        Collections.shuffle(layout, java.util.Random.from(random));
        IntStream.Builder filled = IntStream.builder();
        int at = 0;
        for (int part : layout) {
            filled.add(part < 0 ? tokens[at] : vocabulary.mask());
            at += part < 0 ? 1 : part;
        }
        return filled.build().toArray();
    }

    /// Lengths of spans that cover so many tokens.
    private List<Integer> spans(int tokens, RandomGenerator random) {
        List<Integer> spans = new ArrayList<>();
        int left = tokens;
        while (left > 0) {
            int length = Math.min(poisson(random), left);
            spans.add(length);
            left -= length;
        }
        return spans;
    }

    /// By multiplying chances until they fall below e^−λ (Knuth).
    private int poisson(RandomGenerator random) {
        double least = Math.exp(-meanSpan);
        int count = 0;
        for (double product = random.nextDouble(); product > least; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }
}
