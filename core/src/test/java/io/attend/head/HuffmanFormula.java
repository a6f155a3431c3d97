package io.attend.head;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Huffman's construction by hand: the two rarest are joined until one is left; each word's code is written
/// down, and inner nodes are the codes' beginnings.
record HuffmanFormula(List<String> codes, List<String> inner) {
    private record Group(long count, int order, List<Integer> words) {}

    static HuffmanFormula of(List<Long> counts) {
        List<Group> groups = new ArrayList<>();
        List<String> codes = new ArrayList<>();
        for (int word = 0; word < counts.size(); word++) {
            groups.add(new Group(counts.get(word), word, List.of(word)));
            codes.add("");
        }
        int order = counts.size();
        while (groups.size() > 1) {
            groups.sort(Comparator.comparingLong(Group::count).thenComparingInt(Group::order));
            Group left = groups.removeFirst();
            Group right = groups.removeFirst();
            left.words.forEach(word -> codes.set(word, "L" + codes.get(word)));
            right.words.forEach(word -> codes.set(word, "R" + codes.get(word)));
            List<Integer> both = new ArrayList<>(left.words);
            both.addAll(right.words);
            groups.add(new Group(left.count + right.count, order++, both));
        }
        List<String> inner = codes.stream()
                .flatMap(code ->
                        java.util.stream.IntStream.range(0, code.length()).mapToObj(end -> code.substring(0, end)))
                .distinct()
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .toList();
        return new HuffmanFormula(codes, inner);
    }

    /// log p of every word, from the scores of the inner nodes.
    double[] logs(double[] scores) {
        return codes.stream()
                .mapToDouble(code -> {
                    double log = 0;
                    for (int i = 0; i < code.length(); i++) {
                        double score = scores[inner.indexOf(code.substring(0, i))];
                        log += Math.log(1 / (1 + Math.exp(code.charAt(i) == 'L' ? -score : score)));
                    }
                    return log;
                })
                .toArray();
    }
}
