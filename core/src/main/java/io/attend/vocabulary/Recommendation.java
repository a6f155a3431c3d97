package io.attend.vocabulary;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Which vocabulary to take, and why.
///
/// Of those that cover nearly all of the text (99.9% of its characters, or else the most there is), and of these those
/// whose proxy is within 2% of the best, the one that costs the model the least for each character it reads. Without
/// proxies compression takes their place, within 10% of the best.
public record Recommendation(Candidate candidate, String reason) {
    private static final double COVERED = 0.999;
    private static final double NEAR_BITS = 1.02;
    private static final double NEAR_COMPRESSION = 0.9;

    static Recommendation of(List<Candidate> candidates) {
        double most = candidates.stream().mapToDouble(Candidate::coverage).max().orElseThrow();
        double enough = Math.min(COVERED, most);
        List<Candidate> covering =
                candidates.stream().filter(c -> c.coverage() >= enough).toList();
        boolean measured = covering.stream().allMatch(c -> c.bitsPerCharacter().isPresent());
        Comparator<Candidate> quality = measured
                ? Comparator.comparingDouble(c -> c.bitsPerCharacter().orElseThrow())
                : Comparator.comparingDouble(c -> -c.compression());
        Candidate best = covering.stream().min(quality).orElseThrow();
        List<Candidate> near = covering.stream()
                .filter(c -> measured
                        ? c.bitsPerCharacter().orElseThrow()
                                <= NEAR_BITS * best.bitsPerCharacter().orElseThrow()
                        : c.compression() >= NEAR_COMPRESSION * best.compression())
                .toList();
        Candidate taken = near.stream()
                .min(Comparator.comparingDouble(Candidate::flopsPerCharacter).thenComparingInt(Candidate::size))
                .orElseThrow();
        return new Recommendation(taken, reason(taken, best, near.size(), covering.size(), candidates.size()));
    }

    private static String reason(Candidate taken, Candidate best, int near, int covering, int all) {
        String covers = String.format(
                Locale.ROOT,
                "%d of %d vocabularies cover at least %s of held-out characters. ",
                covering,
                all,
                percent(Math.min(COVERED, taken.coverage())));
        String quality = best.bitsPerCharacter().isPresent()
                ? String.format(
                        Locale.ROOT,
                        "%d of these %s within 2%% of the best proxy (%s, %.3f bits a character). ",
                        near,
                        near == 1 ? "is" : "are",
                        name(best),
                        best.bitsPerCharacter().orElseThrow())
                : String.format(
                        Locale.ROOT,
                        "%d of these %s within 10%% of the best compression (%s, %.2f bytes a token). ",
                        near,
                        near == 1 ? "is" : "are",
                        name(best),
                        best.compression());
        String cost = String.format(
                Locale.ROOT,
                "%s costs the model the least of them for each character it reads: %.3g MFLOP, with %,d numbers in its"
                        + " table%s.",
                name(taken),
                taken.flopsPerCharacter() / 1e6,
                taken.embeddingParameters(),
                taken.bitsPerCharacter().isPresent()
                        ? String.format(
                                Locale.ROOT,
                                ", at %.3f bits a character",
                                taken.bitsPerCharacter().orElseThrow())
                        : "");
        return covers + quality + cost;
    }

    /// `unigram 4,000`
    static String name(Candidate candidate) {
        return String.format(Locale.ROOT, "%s %,d", candidate.algorithm().label(), candidate.size());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }
}
