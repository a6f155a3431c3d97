package io.attend.tokenizer.trainer;

import io.attend.tokenizer.model.Unigram;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/// A unigram vocabulary (Kudo 2018): begin with the `seeds` substrings that cover the most text, estimate their
/// probabilities by expectation maximisation, drop those whose loss costs the likelihood least, and again,
/// until there are `vocabularySize`.
///
///     E: the expected count of each piece over all ways to cut each word        M: score = ψ(count) − ψ(Σ
///     count)
///
/// Each round keeps `shrinkingFactor` of the pieces and has `rounds` E and M steps. All characters of the texts
/// are pieces; pieces have at most `longestPiece` characters.
public record UnigramTrainer(
        int vocabularySize,
        List<String> specials,
        String unkToken,
        int seeds,
        double shrinkingFactor,
        int rounds,
        int longestPiece)
        implements Trainer {
    public UnigramTrainer {
        specials = List.copyOf(specials);
        if (!specials.contains(unkToken)) {
            throw new IllegalArgumentException(
                    "unk token \"" + unkToken + "\" must be one of the specials, " + specials);
        }
        if (!(shrinkingFactor > 0 && shrinkingFactor < 1) || rounds < 1 || longestPiece < 1) {
            throw new IllegalArgumentException("shrinkingFactor " + shrinkingFactor + ", rounds " + rounds
                    + ", longestPiece " + longestPiece + "; expected between 0 and 1, at least 1, at least 1");
        }
    }

    /// With SentencePiece's settings.
    public UnigramTrainer(int vocabularySize, List<String> specials, String unkToken) {
        this(vocabularySize, specials, unkToken, Math.max(100_000, 12 * vocabularySize), 0.75, 2, 16);
    }

    @Override
    public Unigram train(WordCounts words, Progress progress) {
        WordCounts sorted = words.sorted();
        Map<String, Long> characters = characters(sorted);
        int room = vocabularySize - specials.size();
        if (characters.size() > room) {
            throw new IllegalArgumentException("a vocabulary of " + vocabularySize + " has no room for the "
                    + characters.size() + " different characters of the texts and " + specials.size()
                    + " specials; take a larger one, or normalize the texts");
        }
        progress.at("seeds", 0, 0);
        PieceEstimation estimation =
                new PieceEstimation(sorted, Substrings.seeds(sorted, characters, seeds, longestPiece));
        int wanted = Math.max(room, (int) (room * 1.1));
        while (true) {
            for (int round = 0; round < rounds; round++) {
                estimation.step();
            }
            progress.at("pieces", estimation.size(), wanted);
            if (estimation.size() <= wanted) {
                break;
            }
            int before = estimation.size();
            estimation.prune(Math.max(wanted, (int) (estimation.size() * shrinkingFactor)));
            if (estimation.size() == before) {
                break;
            }
        }
        return finished(estimation, characters.keySet(), room);
    }

    private static Map<String, Long> characters(WordCounts words) {
        Map<String, Long> characters = new TreeMap<>();
        char[] chars = words.chars();
        for (int word = 0; word < words.size(); word++) {
            for (int i = words.start(word); i < words.end(word); ) {
                int codePoint = Character.codePointAt(chars, i, words.end(word));
                characters.merge(Character.toString(codePoint), words.count(word), Long::sum);
                i += Character.charCount(codePoint);
            }
        }
        return characters;
    }

    /// All characters, then the best pieces, by score; the specials before them.
    private Unigram finished(PieceEstimation estimation, Set<String> characters, int room) {
        Map<String, Double> scores = estimation.scores();
        double lowest =
                scores.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
        Map<String, Double> kept = new LinkedHashMap<>();
        double penalty = 0;
        for (String character : characters) {
            Double score = scores.get(character);
            if (score == null) {
                penalty += 1e-4;
                score = lowest - penalty;
            }
            kept.put(character, score);
        }
        Set<String> reserved = new HashSet<>(specials);
        scores.entrySet().stream()
                .filter(e -> !kept.containsKey(e.getKey()) && !reserved.contains(e.getKey()))
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(Math.max(0, room - kept.size()))
                .toList()
                .forEach(e -> kept.put(e.getKey(), e.getValue()));
        List<Unigram.Scored> pieces = new ArrayList<>();
        specials.forEach(special -> pieces.add(new Unigram.Scored(special, 0)));
        kept.entrySet().stream()
                .filter(e -> !reserved.contains(e.getKey()))
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> pieces.add(new Unigram.Scored(e.getKey(), e.getValue())));
        return new Unigram(OptionalInt.of(specials.indexOf(unkToken)), pieces, false);
    }
}
