package io.attend.form;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A deterministic automaton over bytes, from whose every state an accepting one can be reached.
public final class Automaton {
    /// The state of a text that is no beginning of any that is accepted.
    public static final int DEAD = -1;

    private static final int MOST_STATES = 20_000;
    private static final int MOST_PARTS = 1_000_000;

    private final List<int[]> next;
    private final BitSet accepting;

    private Automaton(List<int[]> next, BitSet accepting) {
        this.next = next;
        this.accepting = accepting;
    }

    /// The automaton of an expression, by Thompson's construction and the powerset.
    static Automaton of(Expression expression) {
        Nondeterministic all = new Nondeterministic();
        int start = all.state();
        int end = all.add(expression, start);
        List<int[]> next = new ArrayList<>();
        BitSet accepting = new BitSet();
        Map<BitSet, Integer> known = new HashMap<>();
        Deque<BitSet> open = new ArrayDeque<>();
        BitSet first = all.closure(start);
        known.put(first, 0);
        open.add(first);
        while (!open.isEmpty()) {
            BitSet states = open.poll();
            accepting.set(next.size(), states.get(end));
            int[] row = new int[256];
            Arrays.fill(row, DEAD);
            next.add(row);
            BitSet[] reached = all.step(states);
            BitSet before = new BitSet();
            for (int b = 0; b < 256; b++) {
                if (reached[b].isEmpty()) {
                    continue;
                }
                if (b > 0 && row[b - 1] != DEAD && reached[b].equals(before)) {
                    row[b] = row[b - 1];
                    continue;
                }
                before = reached[b];
                Integer state = known.get(before);
                if (state == null) {
                    state = known.size();
                    if (state >= MOST_STATES) {
                        throw new IllegalArgumentException("the form needs more than " + MOST_STATES
                                + " states; ask for less, with shorter counts");
                    }
                    known.put(before, state);
                    open.add(before);
                }
                row[b] = state;
            }
        }
        return new Automaton(next, accepting);
    }

    public int start() {
        return 0;
    }

    public int states() {
        return next.size();
    }

    /// The state behind one more byte, [#DEAD] if there is none.
    public int next(int state, byte value) {
        return state == DEAD ? DEAD : next.get(state)[value & 0xff];
    }

    /// The state behind more bytes.
    public int next(int state, byte[] values) {
        int at = state;
        for (byte value : values) {
            at = next(at, value);
        }
        return at;
    }

    /// Whether a text that ends here is of the form.
    public boolean accepts(int state) {
        return state != DEAD && accepting.get(state);
    }

    private static final class Nondeterministic {
        private final List<List<int[]>> moves = new ArrayList<>(); // least byte, most byte, to
        private final List<List<Integer>> free = new ArrayList<>();
        private final Map<Integer, BitSet> closures = new HashMap<>();

        int state() {
            if (moves.size() >= MOST_PARTS) {
                throw new IllegalArgumentException(
                        "the form has more than " + MOST_PARTS + " parts; ask for less, with shorter counts");
            }
            moves.add(new ArrayList<>(1));
            free.add(new ArrayList<>(1));
            return moves.size() - 1;
        }

        /// Adds an expression behind a state; the state behind it.
        int add(Expression expression, int from) {
            return switch (expression) {
                case Expression.OneByte(int least, int most) -> {
                    int to = state();
                    moves.get(from).add(new int[] {least, most, to});
                    yield to;
                }
                case Expression.Sequence(List<Expression> parts) -> {
                    int at = from;
                    for (Expression part : parts) {
                        at = add(part, at);
                    }
                    yield at;
                }
                case Expression.Choice(List<Expression> options) -> {
                    int to = state();
                    for (Expression option : options) {
                        int begin = state();
                        free.get(from).add(begin);
                        free.get(add(option, begin)).add(to);
                    }
                    yield to;
                }
                case Expression.Repeat(Expression part, int least, int most) -> repeat(part, least, most, from);
            };
        }

        private int repeat(Expression part, int least, int most, int from) {
            int at = from;
            for (int i = 0; i < least; i++) {
                at = add(part, at);
            }
            int to = state();
            free.get(at).add(to);
            if (most == Expression.FOREVER) {
                int begin = state();
                free.get(at).add(begin);
                int end = add(part, begin);
                free.get(end).add(begin);
                free.get(end).add(to);
            }
            for (int i = least; i < most; i++) {
                int begin = state();
                free.get(at).add(begin);
                at = add(part, begin);
                free.get(at).add(to);
            }
            return to;
        }

        /// All states that are reached from one without a byte.
        BitSet closure(int state) {
            return closures.computeIfAbsent(state, from -> {
                BitSet closed = new BitSet();
                Deque<Integer> open = new ArrayDeque<>(List.of(from));
                while (!open.isEmpty()) {
                    int one = open.pop();
                    if (!closed.get(one)) {
                        closed.set(one);
                        open.addAll(free.get(one));
                    }
                }
                return closed;
            });
        }

        BitSet[] step(BitSet states) {
            BitSet[] reached = new BitSet[256];
            Arrays.setAll(reached, _ -> new BitSet());
            states.stream().forEach(state -> {
                for (int[] move : moves.get(state)) {
                    BitSet closed = closure(move[2]);
                    for (int b = move[0]; b <= move[1]; b++) {
                        reached[b].or(closed);
                    }
                }
            });
            return reached;
        }
    }
}
