package io.attend.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Place;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Balance losses against their papers' formulas in plain loops, and their gradients.
class RouterLossTest {
    private static final int EXPERTS = 5;
    private static final int[][] LENGTHS = {{7, 4}, {3, 5}};
    private static final int LENGTH = 7;

    private final Lifetime lifetime = Lifetime.open();
    private final List<Tensor> logits = List.of(
            Grids.random(1, 2, LENGTH, EXPERTS).mul(3),
            Grids.random(2, 2, LENGTH, EXPERTS).mul(3));

    @AfterEach
    void close() {
        lifetime.close();
    }

    private List<Routing> routings(int choices) {
        List<Routing> routings = new ArrayList<>();
        for (int layer = 0; layer < 2; layer++) {
            Tensor chosen = logits.get(layer).topk(choices).indices();
            Tensor keep = Grids.keep(LENGTH, LENGTHS[layer]);
            Tensor placed = chosen.maskedFill(keep.logicalNot().unsqueeze(2), EXPERTS);
            Place place = new Place((layer == 0 ? "encoder" : "decoder") + ".1.feed");
            routings.add(new Routing(place, logits.get(layer), chosen, placed, Optional.of(keep)));
        }
        return routings;
    }

    private void check(RouterLoss loss, int choices, double expected) {
        assertThat(loss.of(routings(choices)).item()).as("%s", loss).isCloseTo(expected, within(1e-12));
        FiniteDifferences.check(loss.toString(), () -> loss.of(routings(choices)), logits);
        assertThatThrownBy(() -> loss.of(List.of()))
                .hasMessage(
                        "no router reported anything, so there is no balance to keep; leave the router loss out of the"
                                + " recipe's auxiliary");
    }

    private static int best(double[] p) {
        int best = 0;
        for (int i = 1; i < p.length; i++) {
            best = p[i] > p[best] ? i : best;
        }
        return best;
    }

    @Test
    void ofEveryLayer() {
        double expected = 0;
        for (int layer = 0; layer < 2; layer++) {
            double[][][] scores = Grids.of(logits.get(layer));
            double[] wanted = new double[EXPERTS];
            double[] probable = new double[EXPERTS];
            int real = LENGTHS[layer][0] + LENGTHS[layer][1];
            for (int b = 0; b < 2; b++) {
                for (int t = 0; t < LENGTHS[layer][b]; t++) {
                    double[] p = RouterFormulas.softmax(scores[b][t]);
                    wanted[best(p)] += 1.0 / real;
                    for (int i = 0; i < EXPERTS; i++) {
                        probable[i] += p[i] / real;
                    }
                }
            }
            for (int i = 0; i < EXPERTS; i++) {
                expected += EXPERTS * wanted[i] * probable[i];
            }
        }
        check(new LayerBalance(), 1, expected);
    }

    @Test
    void ofAllLayersTogether() {
        double[] wanted = new double[EXPERTS];
        double[] probable = new double[EXPERTS];
        double real = 7 + 4 + 3 + 5;
        for (int layer = 0; layer < 2; layer++) {
            double[][][] scores = Grids.of(logits.get(layer));
            for (int b = 0; b < 2; b++) {
                for (int t = 0; t < LENGTHS[layer][b]; t++) {
                    double[] p = RouterFormulas.softmax(scores[b][t]);
                    int first = best(p);
                    double[] rest = p.clone();
                    rest[first] = -1;
                    wanted[first] += 1 / real;
                    wanted[best(rest)] += 1 / real;
                    for (int i = 0; i < EXPERTS; i++) {
                        probable[i] += p[i] / real;
                    }
                }
            }
        }
        double expected = 0;
        for (int i = 0; i < EXPERTS; i++) {
            expected += EXPERTS * wanted[i] * probable[i];
        }
        check(new BatchBalance(), 2, expected);
    }

    @Test
    void ofEverySequence() {
        double expected = 0;
        for (int layer = 0; layer < 2; layer++) { // each is a stack of its own
            double[][][] scores = Grids.of(logits.get(layer));
            for (int b = 0; b < 2; b++) {
                double[] counted = new double[EXPERTS];
                double[] probable = new double[EXPERTS];
                for (int t = 0; t < LENGTH; t++) {
                    double[] p = RouterFormulas.softmax(scores[b][t]);
                    counted[t < LENGTHS[layer][b] ? best(p) : 0] += 1.0 / LENGTH;
                    for (int i = 0; i < EXPERTS; i++) {
                        probable[i] += p[i] / LENGTH;
                    }
                }
                for (int i = 0; i < EXPERTS; i++) {
                    expected += EXPERTS * counted[i] * probable[i] / 2;
                }
            }
        }
        check(new SequenceBalance(), 1, expected);
    }

    @Test
    void ofTheSizeOfScores() {
        double expected = 0;
        for (int layer = 0; layer < 2; layer++) {
            double[][][] scores = Grids.of(logits.get(layer));
            int real = LENGTHS[layer][0] + LENGTHS[layer][1];
            for (int b = 0; b < 2; b++) {
                for (int t = 0; t < LENGTHS[layer][b]; t++) {
                    double sum = 0;
                    for (double score : scores[b][t]) {
                        sum += Math.exp(score);
                    }
                    expected += Math.pow(Math.log(sum), 2) / real;
                }
            }
        }
        check(new RouterZ(), 1, expected);
    }

    @Test
    void ofTheSizeOfScoresInOneStack() {
        List<Routing> stack = logits.stream()
                .map(scores -> {
                    Tensor chosen = scores.topk(1).indices();
                    return new Routing(new Place("decoder.1.feed"), scores, chosen, chosen, Optional.empty());
                })
                .toList();
        double expected = 0;
        for (Tensor scores : logits) {
            for (double[][] sequence : Grids.of(scores)) {
                for (double[] position : sequence) {
                    double sum = 0;
                    for (double score : position) {
                        sum += Math.exp(score);
                    }
                    expected += Math.pow(Math.log(sum), 2) / (2 * 2 * LENGTH);
                }
            }
        }
        assertThat(new SequenceZ().of(stack).item()).isCloseTo(expected, within(1e-12));
        FiniteDifferences.check("SequenceZ", () -> new SequenceZ().of(stack), logits);
    }
}
