package io.attend.generation;

import io.attend.form.Automaton;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// An automaton over tokens rather than bytes: which of them may come next at each of its states, and how many
/// it takes at least to come to an end. So no text is led where it cannot go on, or cannot end in time.
///
/// Made once for a form and a vocabulary: each state costs a walk over the tree of all tokens, as far as the
/// form follows it.
final class TokenAutomaton implements Constraint {
    private static final int NEVER = Integer.MAX_VALUE;

    private final Automaton form;
    private final byte[][] first;
    private final byte[][] tokens;
    private final Set<Integer> ends;
    private final Map<Integer, BitSet> allowed = new HashMap<>();
    private final Map<Integer, Integer> missing = new HashMap<>(); // tokens to the nearest end, without the end token
    private final BitSet beginning;

    /// @param first what each token adds where nothing was written
    /// @param tokens what each adds behind others
    TokenAutomaton(Automaton form, byte[][] first, byte[][] tokens, Set<Integer> ends) {
        this.form = form;
        this.first = first;
        this.tokens = tokens;
        this.ends = ends;
        if (ends.isEmpty()) {
            throw new IllegalArgumentException("the tokenizer has no end token, so that a text of a given form could"
                    + " not end; name one in generation_config.json");
        }
        Node tree = Node.of(tokens);
        Map<Integer, BitSet> behind = new HashMap<>();
        Deque<Integer> open = new ArrayDeque<>();
        BitSet starts = new BitSet();
        beginning = new BitSet();
        Node.of(first).walk(form, form.start(), beginning, starts);
        starts.stream().forEach(open::add);
        while (!open.isEmpty()) {
            int state = open.poll();
            if (!allowed.containsKey(state)) {
                BitSet next = new BitSet();
                BitSet may = new BitSet();
                tree.walk(form, state, may, next);
                allowed.put(state, may);
                behind.put(state, next);
                next.stream().forEach(open::add);
            }
        }
        measure(behind);
        if (shortest() == NEVER) {
            throw new IllegalArgumentException("the tokens of this model cannot write any text of the form");
        }
    }

    /// How far each state is from an end, from the ends backwards.
    private void measure(Map<Integer, BitSet> behind) {
        Map<Integer, List<Integer>> before = new HashMap<>();
        behind.forEach((from, to) -> to.stream()
                .forEach(state ->
                        before.computeIfAbsent(state, _ -> new ArrayList<>()).add(from)));
        Deque<Integer> open = new ArrayDeque<>();
        behind.keySet().stream().filter(form::accepts).forEach(state -> {
            missing.put(state, 0);
            open.add(state);
        });
        while (!open.isEmpty()) {
            int state = open.poll();
            for (int from : before.getOrDefault(state, List.of())) {
                if (missing.putIfAbsent(from, missing.get(state) + 1) == null) {
                    open.add(from);
                }
            }
        }
    }

    private int missing(int state) {
        return state == Automaton.DEAD ? NEVER : missing.getOrDefault(state, NEVER);
    }

    /// How many tokens the shortest text has.
    int shortest() {
        if (form.accepts(form.start())) {
            return 0;
        }
        int least = beginning.stream()
                .map(token -> missing(behind(form.start(), token, 0)))
                .min()
                .orElse(NEVER);
        return least == NEVER ? NEVER : least + 1;
    }

    private int behind(int state, int token, int place) {
        return form.next(state, (place == 0 ? first : tokens)[token]);
    }

    private int state(int[] written) {
        int state = form.start();
        for (int i = 0; i < written.length; i++) {
            state = written[i] < tokens.length ? behind(state, written[i], i) : state;
        }
        return state;
    }

    @Override
    public void apply(float[] scores, int[] written, int left) {
        int state = state(written);
        if (state == Automaton.DEAD) {
            return; // a beam that was kept only to fill a row
        }
        BitSet may = written.length == 0 ? beginning : allowed.getOrDefault(state, new BitSet());
        float[] before = scores.clone();
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int token = may.nextSetBit(0); token >= 0 && token < scores.length; token = may.nextSetBit(token + 1)) {
            int rest = missing(behind(state, token, written.length));
            if (rest < left && rest != NEVER) {
                scores[token] = before[token];
            }
        }
        if (form.accepts(state)) {
            ends.stream().filter(end -> end < scores.length).forEach(end -> scores[end] = before[end]);
        }
    }

    /// Tokens by their bytes.
    private static final class Node {
        private final Map<Byte, Node> next = new TreeMap<>();
        private final List<Integer> here = new ArrayList<>(0);

        static Node of(byte[][] tokens) {
            Node root = new Node();
            for (int token = 0; token < tokens.length; token++) {
                Node at = root;
                for (byte value : tokens[token]) {
                    at = at.next.computeIfAbsent(value, _ -> new Node());
                }
                if (tokens[token].length > 0) {
                    at.here.add(token);
                }
            }
            return root;
        }

        /// The tokens that a state has a way for, and the states behind them.
        void walk(Automaton form, int state, BitSet may, BitSet reached) {
            if (!here.isEmpty()) {
                here.forEach(may::set);
                reached.set(state);
            }
            next.forEach((value, node) -> {
                int behind = form.next(state, value);
                if (behind != Automaton.DEAD) {
                    node.walk(form, behind, may, reached);
                }
            });
        }
    }
}
