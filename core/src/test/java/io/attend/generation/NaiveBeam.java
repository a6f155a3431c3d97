package io.attend.generation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// Beam search as the papers describe it (Vijayakumar et al. 2016 for groups; one group is the common search),
/// for one text and without a cache.
final class NaiveBeam {
    private record Path(List<Integer> words, double chance) {}

    private NaiveBeam() {}

    static List<Integer> write(Beam value, Function<List<Integer>, float[]> model, List<Integer> prompt, int end) {
        int size = value.beams() / value.groupCount();
        List<List<Path>> beams = new ArrayList<>();
        List<List<Path>> whole = new ArrayList<>();
        boolean[] done = new boolean[value.groupCount()];
        for (int g = 0; g < value.groupCount(); g++) {
            beams.add(List.of(new Path(prompt, 0)));
            whole.add(new ArrayList<>());
        }
        for (int length = 1; length <= value.limit(); length++) {
            List<Integer> chosen = new ArrayList<>();
            for (int g = 0; g < value.groupCount(); g++) {
                if (done[g]) {
                    continue;
                }
                List<Path> next = new ArrayList<>();
                for (Path path : beams.get(g)) {
                    float[] scores = model.apply(path.words);
                    double most = scores[0];
                    for (float score : scores) {
                        most = Math.max(most, score);
                    }
                    double total = 0;
                    for (float score : scores) {
                        total += Math.exp(score - most);
                    }
                    for (int word = 0; word < scores.length; word++) {
                        int wanted = word;
                        double put = value.diversity()
                                * chosen.stream().filter(w -> w == wanted).count();
                        List<Integer> words = new ArrayList<>(path.words);
                        words.add(word);
                        next.add(new Path(words, path.chance + scores[word] - most - Math.log(total) - put));
                    }
                }
                next.sort(Comparator.comparingDouble(Path::chance).reversed());
                List<Path> going = new ArrayList<>();
                for (int rank = 0; rank < 2 * size && going.size() < size; rank++) {
                    Path path = next.get(rank);
                    if (path.words.getLast() != end) {
                        going.add(path);
                        chosen.add(path.words.getLast());
                    } else if (rank < size) {
                        double score = path.chance / Math.pow(length, value.lengthPenalty());
                        whole.get(g).add(new Path(path.words.subList(0, path.words.size() - 1), score));
                        best(whole.get(g), size);
                    }
                }
                beams.set(g, going);
                int longest =
                        value.stopping() == Beam.Stopping.CERTAIN && value.lengthPenalty() > 0 ? value.limit() : length;
                double most = next.getFirst().chance / Math.pow(longest, value.lengthPenalty());
                done[g] = whole.get(g).size() == size
                        && (value.stopping() == Beam.Stopping.ENOUGH
                                || whole.get(g).getLast().chance >= most);
            }
        }
        for (int g = 0; g < value.groupCount(); g++) {
            if (!done[g]) {
                for (Path path : beams.get(g)) {
                    double score = path.chance / Math.pow(value.limit(), value.lengthPenalty());
                    whole.get(g).add(new Path(path.words, score));
                }
                best(whole.get(g), size);
            }
        }
        Path winner = whole.stream()
                .flatMap(List::stream)
                .max(Comparator.comparingDouble(Path::chance))
                .orElseThrow();
        return winner.words.subList(prompt.size(), winner.words.size());
    }

    private static void best(List<Path> paths, int count) {
        paths.sort(Comparator.comparingDouble(Path::chance).reversed());
        while (paths.size() > count) {
            paths.removeLast();
        }
    }
}
