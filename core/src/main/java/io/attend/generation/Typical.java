package io.attend.generation;

import io.attend.value.Source;
import java.util.stream.IntStream;

/// Only the words whose surprise is nearest to the one expected stay, as many as together have the chance p.
///
///     order by |−log p(w) − entropy|
///
/// Cost O(V log V). Names: Hugging Face's `typical_p`.
@Source(paper = "Locally Typical Sampling", arxiv = "2202.00666")
public record Typical(double mass) implements Rule {
    public static final Typical EXAMPLE = new Typical(0.9);

    public Typical {
        if (!(mass > 0 && mass < 1)) {
            throw new IllegalArgumentException("typical mass " + mass + " is outside (0, 1)");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        double[] chances = Scores.chances(scores);
        double entropy = Scores.entropy(chances);
        double[] strange = new double[scores.length];
        for (int i = 0; i < strange.length; i++) {
            strange[i] = Math.abs(-Math.log(chances[i]) - entropy);
        }
        int[] order = Scores.sorted(IntStream.range(0, scores.length).filter(i -> chances[i] > 0), i -> strange[i]);
        double sum = 0;
        int last = 0;
        for (; last < order.length - 1; last++) {
            sum += chances[order[last]];
            if (sum >= mass) {
                break;
            }
        }
        double most = strange[order[last]];
        for (int i = 0; i < scores.length; i++) {
            if (!(strange[i] <= most)) {
                Scores.drop(scores, i);
            }
        }
    }
}
