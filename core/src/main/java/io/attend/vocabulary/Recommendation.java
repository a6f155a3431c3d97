package io.attend.vocabulary;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// Which vocabulary to take, and why.
///
/// Of those that cover nearly all of the texts (99.9% of the characters) and give nearly all back as they
/// were (99%), or else the most there is, and of these those whose proxy is within 2% of the best, the one
/// that costs the model the least for each character it reads. Without proxies compression takes their
/// place, within 10% of the best.
///
/// One that does not give texts back is not compared with those that do: what it drops it need not foretell.
public record Recommendation(Candidate candidate, String reason) {
    private static final double COVERED = 0.999;
    private static final double RETURNED = 0.99;
    private static final double NEAR_BITS = 1.02;
    private static final double NEAR_COMPRESSION = 0.9;

    static Recommendation of(List<Candidate> candidates) {
        List<Candidate> covering = most(candidates, Candidate::coverage, COVERED);
        List<Candidate> faithful = most(covering, Candidate::returnRate, RETURNED);
        boolean measured = faithful.stream().allMatch(c -> c.bitsPerCharacter().isPresent());
        Comparator<Candidate> quality = measured
                ? Comparator.comparingDouble(c -> c.bitsPerCharacter().orElseThrow())
                : Comparator.comparingDouble(c -> -c.compression());
        Candidate best = faithful.stream().min(quality).orElseThrow();
        List<Candidate> near = faithful.stream()
                .filter(c -> measured
                        ? c.bitsPerCharacter().orElseThrow()
                                <= NEAR_BITS * best.bitsPerCharacter().orElseThrow()
                        : c.compression() >= NEAR_COMPRESSION * best.compression())
                .toList();
        Candidate taken = near.stream()
                .min(Comparator.comparingDouble(Candidate::flopsPerCharacter).thenComparingInt(Candidate::size))
                .orElseThrow();
        return new Recommendation(taken, reason(taken, best, near.size(), faithful, candidates.size()));
    }

    /// Those that have enough, or else the most there is.
    private static List<Candidate> most(List<Candidate> candidates, ToDoubleFunction<Candidate> share, double enough) {
        double least =
                Math.min(enough, candidates.stream().mapToDouble(share).max().orElseThrow());
        return candidates.stream().filter(c -> share.applyAsDouble(c) >= least).toList();
    }

    private static String reason(Candidate taken, Candidate best, int near, List<Candidate> faithful, int all) {
        String covers = String.format(
                Locale.ROOT,
                "%d of %d vocabularies cover at least %s of held-out characters and give at least %s of the texts back as"
                        + " they were. ",
                faithful.size(),
                all,
                percent(Math.min(COVERED, least(faithful, Candidate::coverage))),
                percent(Math.min(RETURNED, least(faithful, Candidate::returnRate))));
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

    private static double least(List<Candidate> candidates, ToDoubleFunction<Candidate> share) {
        return candidates.stream().mapToDouble(share).min().orElseThrow();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }
}
