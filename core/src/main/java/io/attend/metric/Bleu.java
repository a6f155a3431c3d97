package io.attend.metric;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// BLEU (Papineni et al. 2002) as sacreBLEU defines it (Post 2018, arXiv 1804.08771): how many of a
/// translation's runs of 1 to 4 words are in a reference.
///
///     BLEU = 100 · min(1, e^(1 − r / h)) · (p₁ p₂ p₃ p₄)^(1/4)
///
/// where pₙ is the share of the hypotheses' runs of n words found in a reference of the same sentence, each at
/// most as often as there; h is the length of all hypotheses in words, r that of the references, for each
/// sentence the one nearest in length. Numbers compare only between equal [#signature]s.
///
/// @param tokens how text is split
/// @param smoothing what stands for a share of 0
/// @param letters whether case counts
/// @param order whether runs longer than a sentence count
public record Bleu(BleuTokens tokens, Smoothing smoothing, Letters letters, Order order) {
    private static final int LONGEST = 4;

    /// sacreBLEU's own settings, for a corpus.
    public static final Bleu STANDARD =
            new Bleu(BleuTokens.WMT, new Smoothing(Smoothing.Kind.EXP, 0), Letters.CASED, Order.FULL);

    /// `multi-bleu.perl`'s, for text that is tokenised already.
    public static final Bleu TOKENISED =
            new Bleu(BleuTokens.NONE, new Smoothing(Smoothing.Kind.NONE, 0), Letters.CASED, Order.FULL);

    /// What stands for a share of 0, which would make the whole product 0 (Chen & Cherry 2014).
    ///
    /// @param value what `FLOOR` puts in place of a count of 0, or `ADD_K` adds to counts; 0 stands for the
    ///     usual 0.1 and 1, and is all the others take
    public record Smoothing(Kind kind, double value) {
        /// Ways to smooth.
        public enum Kind {
            NONE,
            /// 1/2, 1/4, ... of a match for the first, second, ... length without one.
            EXP,
            FLOOR,
            ADD_K
        }

        public Smoothing {
            boolean takes = kind == Kind.FLOOR || kind == Kind.ADD_K;
            if (!(value >= 0) || (!takes && value != 0)) {
                throw new IllegalArgumentException("smoothing " + kind + " takes no value " + value);
            }
            value = takes && value == 0 ? (kind == Kind.FLOOR ? 0.1 : 1) : value;
        }

        private String sign() {
            String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
            return value == 0 ? name : String.format(Locale.ROOT, "%s[%.2f]", name, value);
        }
    }

    /// Whether case counts.
    public enum Letters {
        CASED,
        LOWERCASED
    }

    /// Which lengths of runs the mean is over.
    public enum Order {
        /// All four.
        FULL,
        /// Those the text is long enough for: the usual choice for single sentences.
        EFFECTIVE
    }

    /// A score and what it was made of.
    ///
    /// @param score between 0 and 100
    /// @param precisions of runs of 1 to 4 words, in percent
    /// @param brevity the factor that punishes what is too short
    /// @param hypothesis words in all hypotheses
    /// @param reference words in the nearest references
    public record Score(double score, List<Double> precisions, double brevity, long hypothesis, long reference) {
        /// sacreBLEU's line, such as `BLEU = 66.87 80.0/75.0/66.7/50.0 (BP = 1.000 ratio = 1.000 hyp_len = 5
        /// ref_len = 5)`.
        @Override
        public String toString() {
            String shares = precisions.stream().map(share -> rounded(share, 1)).collect(Collectors.joining("/"));
            return "BLEU = " + rounded(score, 2) + " " + shares + " (BP = " + rounded(brevity, 3) + " ratio = "
                    + rounded(reference == 0 ? 0 : (double) hypothesis / reference, 3) + " hyp_len = " + hypothesis
                    + " ref_len = " + reference + ")";
        }

        /// As Python writes it: of two numbers as near, the even one.
        private static String rounded(double number, int digits) {
            return new BigDecimal(number)
                    .setScale(digits, RoundingMode.HALF_EVEN)
                    .toString();
        }
    }

    /// The score of a corpus; the references of a sentence are one or more.
    ///
    /// @throws IllegalArgumentException if there are not as many lists of references as hypotheses, or none, or
    ///     a sentence without a reference
    public Score corpus(List<String> hypotheses, List<List<String>> references) {
        Pairs.check(hypotheses, references);
        Counts counts = new Counts();
        for (int i = 0; i < hypotheses.size(); i++) {
            if (references.get(i).isEmpty()) {
                throw new IllegalArgumentException("sentence " + (i + 1) + " has no reference");
            }
            counts.add(
                    words(hypotheses.get(i)),
                    references.get(i).stream().map(this::words).toList());
        }
        return score(counts);
    }

    /// The score of one sentence; [Order#EFFECTIVE] is usual for it.
    public Score sentence(String hypothesis, List<String> references) {
        return corpus(List.of(hypothesis), List.of(references));
    }

    /// All that the number depends on, in sacreBLEU's form, with our version:
    /// `nrefs:1|case:mixed|eff:no|tok:13a|...`.
    ///
    /// @param references how many each sentence had
    public String signature(int references) {
        return "nrefs:" + references + "|case:" + (letters == Letters.CASED ? "mixed" : "lc") + "|eff:"
                + (order == Order.FULL ? "no" : "yes") + "|tok:" + tokens.sign() + "|smooth:" + smoothing.sign()
                + "|version:attend";
    }

    private List<String> words(String text) {
        String cased = letters == Letters.CASED ? text : text.toLowerCase(Locale.ROOT);
        return tokens.split(cased.stripTrailing());
    }

    /// What a corpus adds up to.
    private static final class Counts {
        private final double[] right = new double[LONGEST];
        private final double[] all = new double[LONGEST];
        private long hypothesis;
        private long reference;

        void add(List<String> words, List<List<String>> references) {
            hypothesis += words.size();
            reference += nearest(words.size(), references);
            for (int n = 1; n <= LONGEST; n++) {
                Map<List<String>, Integer> runs = Words.runs(words, n);
                Map<List<String>, Integer> most = new HashMap<>();
                for (List<String> one : references) {
                    Words.runs(one, n).forEach((run, times) -> most.merge(run, times, Math::max));
                }
                right[n - 1] += Words.shared(runs, most);
                all[n - 1] += Math.max(0, words.size() - n + 1);
            }
        }

        /// The length nearest to that of the hypothesis; of two as near, the shorter.
        private static int nearest(int length, List<List<String>> references) {
            return references.stream()
                    .map(List::size)
                    .min(Comparator.<Integer>comparingInt(size -> Math.abs(size - length))
                            .thenComparing(size -> size))
                    .orElseThrow();
        }
    }

    private Score score(Counts counts) {
        double brevity = counts.hypothesis >= counts.reference
                ? 1
                : counts.hypothesis == 0 ? 0 : Math.exp(1 - (double) counts.reference / counts.hypothesis);
        double[] precisions = new double[LONGEST]; // in percent
        int last = LONGEST;
        if (Arrays.stream(counts.right).anyMatch(right -> right > 0)) {
            double halved = 1;
            for (int n = 0; n < LONGEST; n++) {
                double added = smoothing.kind == Smoothing.Kind.ADD_K && n > 0 ? smoothing.value : 0;
                double right = counts.right[n] + added;
                double all = counts.all[n] + added;
                if (all == 0) {
                    break;
                }
                last = order == Order.EFFECTIVE ? n + 1 : last;
                if (right == 0 && smoothing.kind == Smoothing.Kind.EXP) {
                    halved /= 2;
                    right = halved;
                } else if (right == 0 && smoothing.kind == Smoothing.Kind.FLOOR) {
                    right = smoothing.value;
                }
                precisions[n] = 100 * right / all;
            }
        }
        double logs = 0;
        for (int n = 0; n < last; n++) {
            logs += Math.log(precisions[n]) / last; // minus infinity for a share of 0
        }
        List<Double> shares = new ArrayList<>();
        Arrays.stream(precisions).forEach(shares::add);
        return new Score(brevity * Math.exp(logs), List.copyOf(shares), brevity, counts.hypothesis, counts.reference);
    }
}
