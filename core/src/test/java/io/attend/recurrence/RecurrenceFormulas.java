package io.attend.recurrence;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Recurrences over one sequence, from the papers, in plain loops.
public final class RecurrenceFormulas {
    private RecurrenceFormulas() {}

    private static final Formulas<Recurrence, Formula> ALL = Formulas.<Recurrence, Formula>of(Recurrence.class)
            .with(Lstm.class, value -> network(Cell.LSTM, value.direction(), value.start()))
            .with(Gru.class, value -> network(Cell.GRU, value.direction(), value.start()))
            .with(RwkvTimeMixing.class, StateSpaceFormulas::rwkv)
            .with(SelectiveStateSpace.class, StateSpaceFormulas::selective)
            .with(BahdanauRecurrence.class, value -> (x, numbers, scene) -> {
                int width = x[0].length;
                double[][] states = start(value.start(), value.cell(), numbers, scene, width);
                double[] v = numbers.vector("score");
                double[][] y = new double[x.length][width];
                for (int t = 0; t < x.length; t++) {
                    double[] asked = numbers.in("query").linear(states[0], Bias.ADDED);
                    double[] scores = Stream.of(scene.memory())
                            .mapToDouble(m -> {
                                double[] key = numbers.in("key").linear(m, Bias.NONE);
                                return IntStream.range(0, v.length)
                                        .mapToDouble(a -> v[a] * Math.tanh(asked[a] + key[a]))
                                        .sum();
                            })
                            .toArray();
                    double[] found = found(scores, scene);
                    if (scene.keep()[t]) {
                        states = step(value.cell(), join(x[t], found), states, numbers.in("cell"));
                        y[t] = states[0];
                    }
                }
                return y;
            })
            .with(LuongRecurrence.class, value -> (x, numbers, scene) -> {
                int width = x[0].length;
                double[][] states = start(value.start(), value.cell(), numbers, scene, width);
                double[] fed = new double[width];
                double[][] y = new double[x.length][width];
                for (int t = 0; t < x.length; t++) {
                    if (scene.keep()[t]) {
                        double[] input = value.feeding() == LuongRecurrence.Feeding.FED ? join(x[t], fed) : x[t];
                        states = step(value.cell(), input, states, numbers.in("cell"));
                        double[] s = states[0];
                        double[] scores = Stream.of(scene.memory())
                                .mapToDouble(m -> {
                                    double[] key = numbers.in("key").linear(m, Bias.NONE);
                                    return IntStream.range(0, width)
                                            .mapToDouble(e -> s[e] * key[e])
                                            .sum();
                                })
                                .toArray();
                        fed = Arrays.stream(numbers.in("output").linear(join(found(scores, scene), s), Bias.NONE))
                                .map(Math::tanh)
                                .toArray();
                        y[t] = fed;
                    }
                }
                return y;
            });

    public static Formula of(Recurrence recurrence) {
        return ALL.of(recurrence);
    }

    private static Formula network(Cell cell, Direction direction, Start start) {
        return (x, numbers, scene) -> {
            int width = x[0].length;
            if (direction == Direction.FORWARD) {
                return walk(cell, x, start(start, cell, numbers, scene, width), numbers.in("forward"), scene, 1);
            }
            double[][] zeros = new double[2][width / 2];
            double[][] ahead = walk(cell, x, zeros, numbers.in("forward"), scene, 1);
            double[][] back = walk(cell, x, zeros, numbers.in("backward"), scene, -1);
            return IntStream.range(0, x.length)
                    .mapToObj(t -> join(ahead[t], back[t]))
                    .toArray(double[][]::new);
        };
    }

    private static double[][] walk(
            Cell cell, double[][] x, double[][] states, Numbers numbers, Scene scene, int stride) {
        double[][] y = new double[x.length][states[0].length];
        for (int i = 0; i < x.length; i++) {
            int t = stride > 0 ? i : x.length - 1 - i;
            if (scene.keep()[t]) {
                states = step(cell, x[t], states, numbers);
                y[t] = states[0];
            }
        }
        return y;
    }

    private static double[][] step(Cell cell, double[] x, double[][] states, Numbers numbers) {
        double[] h = states[0];
        int size = h.length;
        double[] input = numbers.in("input").linear(x, Bias.ADDED);
        double[] recurrent = numbers.in("recurrent").linear(h, Bias.ADDED);
        double[] next = new double[size];
        double[] memory = states.length > 1 ? states[1].clone() : new double[size];
        for (int i = 0; i < size; i++) {
            if (cell == Cell.LSTM) {
                double enter = logistic(input[i] + recurrent[i]);
                double forget = logistic(input[size + i] + recurrent[size + i]);
                double candidate = Math.tanh(input[2 * size + i] + recurrent[2 * size + i]);
                double leave = logistic(input[3 * size + i] + recurrent[3 * size + i]);
                memory[i] = forget * memory[i] + enter * candidate;
                next[i] = leave * Math.tanh(memory[i]);
            } else {
                double reset = logistic(input[i] + recurrent[i]);
                double update = logistic(input[size + i] + recurrent[size + i]);
                double candidate = Math.tanh(input[2 * size + i] + reset * recurrent[2 * size + i]);
                next[i] = (1 - update) * candidate + update * h[i];
            }
        }
        return new double[][] {next, memory};
    }

    private static double[][] start(Start start, Cell cell, Numbers numbers, Scene scene, int width) {
        if (start == Start.ZEROS) {
            return new double[2][width];
        }
        int at = 0;
        for (int s = 0; s < scene.memory().length; s++) {
            at = start == Start.LAST_OF_MEMORY && scene.memoryKeep()[s] ? s : at;
        }
        double[] both = Arrays.stream(numbers.in("start").linear(scene.memory()[at], Bias.ADDED))
                .map(Math::tanh)
                .toArray();
        return cell == Cell.GRU
                ? new double[][] {both, new double[width]}
                : new double[][] {Arrays.copyOf(both, width), Arrays.copyOfRange(both, width, 2 * width)};
    }

    /// The memory's real vectors, weighted by the softmax of their scores.
    private static double[] found(double[] scores, Scene scene) {
        double total = 0;
        double[] sum = new double[scene.memory()[0].length];
        for (int s = 0; s < scores.length; s++) {
            total += scene.memoryKeep()[s] ? Math.exp(scores[s]) : 0;
        }
        for (int s = 0; s < scores.length; s++) {
            for (int e = 0; e < sum.length && scene.memoryKeep()[s]; e++) {
                sum[e] += Math.exp(scores[s]) / total * scene.memory()[s][e];
            }
        }
        return sum;
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double[] join(double[] a, double[] b) {
        double[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
