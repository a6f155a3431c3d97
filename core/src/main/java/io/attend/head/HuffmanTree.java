package io.attend.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// The binary tree over words in which frequent ones are near the root: the mean length of a path is within
/// one step of the entropy of the counts.
///
/// @param levels of inner nodes, which are numbered level by level from the root, 0, and from left to right
/// @param nodes by word: the inner nodes on its path, from the root
/// @param lefts by word: whether the path turns left there
@SuppressWarnings("ArrayRecordComponent")
record HuffmanTree(List<Level> levels, int[][] nodes, boolean[][] lefts) {
    /// One level, whose children are in the order left, right of its first node, then of its second...
    ///
    /// @param first number of its first inner node
    /// @param inner which children are inner nodes
    /// @param leaves which children are words
    /// @param words those words
    record Level(int first, int size, int[] inner, int[] leaves, int[] words) {}

    private record Node(long count, int order, int word, List<Node> children) {}

    /// Of counts at least 0, at least two of them.
    static HuffmanTree of(List<Long> counts) {
        PriorityQueue<Node> open =
                new PriorityQueue<>(Comparator.comparingLong(Node::count).thenComparingInt(Node::order));
        for (int word = 0; word < counts.size(); word++) {
            open.add(new Node(counts.get(word), word, word, List.of()));
        }
        for (int order = counts.size(); open.size() > 1; order++) {
            Node rarest = open.remove();
            Node next = open.remove();
            open.add(new Node(rarest.count + next.count, order, -1, List.of(rarest, next)));
        }
        return numbered(open.remove(), counts.size());
    }

    private static HuffmanTree numbered(Node root, int vocabulary) {
        int[][] nodes = new int[vocabulary][];
        boolean[][] lefts = new boolean[vocabulary][];
        List<Level> levels = new ArrayList<>();
        List<Node> level = List.of(root);
        List<int[]> paths = List.of(new int[0]); // 2·node, plus 1 to the right
        int first = 0;
        while (!level.isEmpty()) {
            List<Node> below = new ArrayList<>();
            List<int[]> belowPaths = new ArrayList<>();
            List<Integer> inner = new ArrayList<>();
            List<Integer> leaves = new ArrayList<>();
            List<Integer> words = new ArrayList<>();
            for (int child = 0; child < 2 * level.size(); child++) {
                Node node = level.get(child / 2).children.get(child % 2);
                int[] before = paths.get(child / 2);
                int[] path = Arrays.copyOf(before, before.length + 1);
                path[before.length] = 2 * first + child;
                if (node.word < 0) {
                    inner.add(child);
                    below.add(node);
                    belowPaths.add(path);
                } else {
                    leaves.add(child);
                    words.add(node.word);
                    nodes[node.word] = Arrays.stream(path).map(step -> step / 2).toArray();
                    lefts[node.word] = new boolean[path.length];
                    for (int step = 0; step < path.length; step++) {
                        lefts[node.word][step] = path[step] % 2 == 0;
                    }
                }
            }
            levels.add(new Level(first, level.size(), ints(inner), ints(leaves), ints(words)));
            first += level.size();
            level = below;
            paths = belowPaths;
        }
        return new HuffmanTree(levels, nodes, lefts);
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}
