package io.attend.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// chrF (Popović 2015), and with runs of words chrF++ (Popović 2017), as sacreBLEU defines them: shared runs of
/// characters, white space left out.
///
///     chrF = 100 · (1 + β²) P R / (β² P + R)
///
/// where P and R are the means, over the lengths of runs that both texts have, of the shares of the hypotheses'
/// runs in the references and of the references' in the hypotheses. Of several references the best counts.
///
/// @param characters the longest run of characters
/// @param words the longest run of words; 0 for chrF, 2 for chrF++
/// @param beta how many times recall counts more than precision
/// @param letters whether case counts
public record Chrf(int characters, double beta, int words, Bleu.Letters letters) {
    /// chrF2, sacreBLEU's default.
    public static final Chrf STANDARD = new Chrf(6, 2, 0, Bleu.Letters.CASED);

    /// chrF2++.
    public static final Chrf PLUS_PLUS = new Chrf(6, 2, 2, Bleu.Letters.CASED);

    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public Chrf {
        if (characters < 1 || words < 0 || !(beta > 0)) {
            throw new IllegalArgumentException(
                    "chrF needs characters of at least 1, words of at least 0 and beta above 0, not " + characters
                            + ", " + words + " and " + beta);
        }
    }

    /// The score of a corpus, between 0 and 100; the references of a sentence are one or more.
    ///
    /// @throws IllegalArgumentException if there are not as many lists of references as hypotheses, or none, or
    ///     a sentence without a reference
    public double corpus(List<String> hypotheses, List<List<String>> references) {
        Pairs.check(hypotheses, references);
        long[][] all = new long[characters + words][3];
        for (int i = 0; i < hypotheses.size(); i++) {
            if (references.get(i).isEmpty()) {
                throw new IllegalArgumentException("sentence " + (i + 1) + " has no reference");
            }
            long[][] best = best(hypotheses.get(i), references.get(i));
            for (int n = 0; n < all.length; n++) {
                for (int j = 0; j < 3; j++) {
                    all[n][j] += best[n][j];
                }
            }
        }
        return score(all);
    }

    /// The score of one sentence.
    public double sentence(String hypothesis, List<String> references) {
        return corpus(List.of(hypothesis), List.of(references));
    }

    /// All that the number depends on, in sacreBLEU's form, with our version.
    ///
    /// @param references how many each sentence had
    public String signature(int references) {
        return "nrefs:" + references + "|case:" + (letters == Bleu.Letters.CASED ? "mixed" : "lc") + "|eff:yes|nc:"
                + characters + "|nw:" + words + "|space:no|version:attend";
    }

    /// For each length of runs, how many the hypothesis has, the reference has, and both.
    private long[][] best(String hypothesis, List<String> references) {
        List<Map<List<String>, Integer>> ours = runs(hypothesis);
        long[][] best = new long[0][];
        double bestScore = -1;
        for (String reference : references) {
            List<Map<List<String>, Integer>> theirs = runs(reference);
            long[][] counts = new long[ours.size()][];
            for (int n = 0; n < counts.length; n++) {
                int wanted = Words.total(theirs.get(n));
                counts[n] = new long[] {
                    wanted == 0 ? 0 : Words.total(ours.get(n)), wanted, Words.shared(ours.get(n), theirs.get(n))
                };
            }
            double score = score(counts);
            if (score > bestScore) {
                bestScore = score;
                best = counts;
            }
        }
        return best;
    }

    private List<Map<List<String>, Integer>> runs(String text) {
        String cased = letters == Bleu.Letters.CASED ? text : text.toLowerCase(Locale.ROOT);
        List<Map<List<String>, Integer>> runs = new ArrayList<>();
        List<String> signs = Words.characters(String.join("", Words.of(cased)));
        for (int n = 1; n <= characters; n++) {
            runs.add(Words.runs(signs, n));
        }
        List<String> separate = words == 0 ? List.of() : separate(Words.of(cased));
        for (int n = 1; n <= words; n++) {
            runs.add(Words.runs(separate, n));
        }
        return runs;
    }

    /// Words with one sign of punctuation taken off, the last if it is one, else the first.
    private static List<String> separate(List<String> words) {
        List<String> separate = new ArrayList<>();
        for (String word : words) {
            int last = word.length() - 1;
            if (last > 0 && PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
                separate.add(word.substring(0, last));
                separate.add(word.substring(last));
            } else if (last > 0 && PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
                separate.add(word.substring(0, 1));
                separate.add(word.substring(1));
            } else {
                separate.add(word);
            }
        }
        return separate;
    }

    private double score(long[][] counts) {
        double precision = 0;
        double recall = 0;
        int lengths = 0;
        for (long[] count : counts) {
            if (count[0] > 0 && count[1] > 0) {
                precision += (double) count[2] / count[0];
                recall += (double) count[2] / count[1];
                lengths++;
            }
        }
        if (precision + recall == 0) {
            return 0;
        }
        precision /= lengths;
        recall /= lengths;
        double squared = beta * beta;
        return 100 * (1 + squared) * precision * recall / (squared * precision + recall);
    }
}
