package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/// Nested operations on digits, whose result is asked for: who answers must follow brackets over the whole
/// text.
///
///     [MAX 2 9 [MIN 4 7 ] 0 ] → 9
///
///     tree(d) = a digit 0 ... 9                                         with probability 3/4, and at depth
///     `depth`
///             | [op tree(d+1) ... tree(d+1) ], 2 to `arguments` of them  with probability 1/4
///     op = MIN | MAX | MED, the median, cut to a whole number | SM, the sum modulo 10
///
/// All choices are uniform; trees of other lengths than asked for are drawn again. Tokens stand between spaces;
/// an operation and its end are a token each. Names: our `shortest`, `longest`, `depth` and `arguments` are the
/// Long Range Arena's `min_length`, `max_length`, `max_depth` and `max_args`, whose values are the defaults;
/// Nangia and Bowman have 20 and 5 of the latter two and all lengths. Both write brackets around every step of
/// an operation, which the arena leaves out again, as here.
///
/// @param shortest tokens, exclusive as in the arena
/// @param longest tokens, exclusive
/// @param depth at which only digits stand
/// @param arguments the most of one operation
@Source(paper = "ListOps: A Diagnostic Dataset for Latent Tree Learning", arxiv = "1804.06028")
public record ListOps(
        @Default("500") int shortest,
        @Default("2000") int longest,
        @Default("10") int depth,
        @Default("10") int arguments,
        @Default("96000") int training,
        @Default("2000") int heldOut)
        implements Dataset {
    public static final ListOps EXAMPLE = new ListOps(3, 601, 5, 5, 211, 53);

    private static final List<String> OPERATIONS = List.of("[MIN", "[MAX", "[MED", "[SM");
    private static final double NESTED = 0.25;
    private static final int TRIES = 1_000_000;

    public ListOps {
        if (shortest < 0 || longest < shortest + 2) {
            throw new IllegalArgumentException(
                    "there is no length above shortest " + shortest + " and below longest " + longest);
        }
        if (depth < 1 || depth > 100) {
            throw new IllegalArgumentException("depth must be from 1 to 100, not " + depth);
        }
        if (arguments < 2 || arguments > 1000) {
            throw new IllegalArgumentException("arguments must be from 2 to 1000, not " + arguments);
        }
        Puzzles.check(training, heldOut);
    }

    @Override
    public List<Labeled> training(long seed) {
        return Puzzles.of(seed, training, false, this::one);
    }

    @Override
    public List<Labeled> heldOut(long seed) {
        return Puzzles.of(~seed, heldOut, true, this::one);
    }

    private Labeled one(SplittableRandom random) {
        for (int i = 0; i < TRIES; i++) {
            List<String> tokens = new ArrayList<>();
            int value = draw(random, 1, tokens);
            if (tokens.size() > shortest && tokens.size() < longest) {
                return new Labeled(String.join(" ", tokens), String.valueOf(value));
            }
        }
        throw new IllegalArgumentException("of " + TRIES + " trees none has more than " + shortest + " and less than "
                + longest + " tokens; give them more depth or arguments, or other lengths");
    }

    /// Writes a tree, as far as it may be of use, and says what it comes to.
    private int draw(SplittableRandom random, int at, List<String> tokens) {
        if (at >= depth || random.nextDouble() > NESTED) {
            int digit = random.nextInt(10);
            tokens.add(String.valueOf(digit));
            return digit;
        }
        String operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
        tokens.add(operation);
        int count = random.nextInt(2, arguments + 1);
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < count && tokens.size() < longest; i++) {
            values.add(draw(random, at + 1, tokens));
        }
        tokens.add("]");
        return values.isEmpty() ? 0 : result(operation, values); // without any it is too long already
    }

    private static int result(String operation, List<Integer> values) {
        return switch (operation) {
            case "[MIN" -> Collections.min(values);
            case "[MAX" -> Collections.max(values);
            case "[SM" -> values.stream().mapToInt(Integer::intValue).sum() % 10;
            default -> {
                List<Integer> sorted = values.stream().sorted().toList();
                int middle = sorted.size() / 2;
                yield sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
            }
        };
    }
}
