package io.attend.tokenizer.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Merge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {
    /// The example of Sennrich, Haddow and Birch 2016: low, lower, newest, widest.
    @Test
    void theExampleOfThePaper() {
        WordCounts words = new WordCounts();
        words.add("low", 5);
        words.add("lower", 2);
        words.add("newest", 6);
        words.add("widest", 3);
        Bpe bpe = BpeTrainer.characters(1 + 10 + 3, List.of("<unk>"), "<unk>").train(words, Progress.NONE);
        assertThat(bpe.merges()).containsExactly(new Merge("e", "s"), new Merge("es", "t"), new Merge("l", "o"));
    }

    /// Equal to counting all pairs anew before each merge.
    @Test
    void equalsTheNaiveAlgorithm() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 50; round++) {
            WordCounts words = new WordCounts();
            for (int i = 0; i < 97; i++) {
                StringBuilder word = new StringBuilder();
                for (int n = random.nextInt(1, 13); n > 0; n--) {
                    word.append((char) ('a' + random.nextInt(1 + round % 7)));
                }
                words.add(word.toString(), random.nextInt(1, 6));
            }
            Bpe bpe = BpeTrainer.characters(61, List.of("<unk>"), "<unk>").train(words, Progress.NONE);
            assertThat(bpe.merges()).as("round %d", round).isEqualTo(naive(words, 61));
        }
    }

    private static List<Merge> naive(WordCounts counts, int size) {
        List<List<String>> words = new ArrayList<>();
        List<Long> weights = new ArrayList<>();
        List<String> tokens = new ArrayList<>(List.of("<unk>"));
        for (int word = 0; word < counts.size(); word++) {
            words.add(new ArrayList<>(
                    counts.word(word).chars().mapToObj(Character::toString).toList()));
            weights.add(counts.count(word));
        }
        words.stream().flatMap(List::stream).distinct().sorted().forEach(tokens::add);
        List<Merge> merges = new ArrayList<>();
        while (tokens.size() < size) {
            Map<Merge, Long> pairs = new HashMap<>();
            for (int w = 0; w < words.size(); w++) {
                for (int i = 0; i + 1 < words.get(w).size(); i++) {
                    pairs.merge(new Merge(words.get(w).get(i), words.get(w).get(i + 1)), weights.get(w), Long::sum);
                }
            }
            var best = pairs.entrySet().stream()
                    .filter(e -> e.getValue() >= 2)
                    .min(Map.Entry.<Merge, Long>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey(
                                    Comparator.<Merge>comparingInt(m -> tokens.indexOf(m.left()))
                                            .thenComparingInt(m -> tokens.indexOf(m.right())))));
            if (best.isEmpty()) {
                break;
            }
            Merge merge = best.get().getKey();
            merges.add(merge);
            if (!tokens.contains(merge.left() + merge.right())) {
                tokens.add(merge.left() + merge.right());
            }
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(merge.left()) && word.get(i + 1).equals(merge.right())) {
                        word.set(i, merge.left() + merge.right());
                        word.remove(i + 1);
                    }
                }
            }
        }
        return merges;
    }
}
