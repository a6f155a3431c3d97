package io.attend.generation;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.stream.IntStream;

/// Nucleus sampling: only the fewest words that together have the chance p stay, and never fewer than `least`.
///
/// Cost O(V + N log N), N the words that may be in the nucleus: those less likely than (1 − p) / V each are,
/// all together, outside it, and are not sorted. Names: Hugging Face's `top_p`.
@Source(paper = "The Curious Case of Neural Text Degeneration", arxiv = "1904.09751")
public record TopP(double mass, @Default("1") int least) implements Rule {
    public static final TopP EXAMPLE = new TopP(0.8);

    public TopP {
        if (!(mass > 0 && mass <= 1)) {
            throw new IllegalArgumentException("top-p " + mass + " is outside (0, 1]");
        }
        if (least < 1) {
            throw new IllegalArgumentException("top-p must keep at least 1 word, not " + least);
        }
    }

    public TopP(double mass) {
        this(mass, 1);
    }

    @Override
    public void apply(float[] scores, int[] text) {
        double[] chances = Scores.chances(scores);
        double hopeless = (1 - mass) / scores.length;
        int[] likely = Scores.sorted(
                IntStream.range(0, scores.length).filter(i -> chances[i] > hopeless || least > 1), i -> -chances[i]);
        double before = 0;
        int kept = 0;
        while (kept < likely.length && (kept < least || before < mass)) {
            before += chances[likely[kept++]];
        }
        boolean[] stays = new boolean[scores.length];
        for (int i = 0; i < kept; i++) {
            stays[likely[i]] = true;
        }
        for (int i = 0; i < scores.length; i++) {
            if (!stays[i]) {
                Scores.drop(scores, i);
            }
        }
    }
}
