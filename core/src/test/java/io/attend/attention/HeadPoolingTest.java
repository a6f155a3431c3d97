package io.attend.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Parameter;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.state.State;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeadPoolingTest {
    private static final int WIDTH = 7;
    private static final int SIZE = 5;
    private static final Heads MANY = Heads.of(6).size(SIZE);

    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    @Test
    void isTheMeanOfTheHeadsOfAGroup() {
        Tensor weight = Grids.random(1, 6 * SIZE, WIDTH);
        double[][] rows = Grids.of(weight.unsqueeze(0))[0];
        for (int few : new int[] {1, 2, 3, 6}) {
            Tensor pooled = HeadPooling.pooled(weight, MANY, MANY.sharing(few));
            int group = 6 / few;
            double[][][] expected = new double[1][few * SIZE][WIDTH];
            for (int head = 0; head < 6; head++) {
                for (int d = 0; d < SIZE; d++) {
                    for (int e = 0; e < WIDTH; e++) {
                        expected[0][head / group * SIZE + d][e] += rows[head * SIZE + d][e] / (double) group;
                    }
                }
            }
            Grids.assertEqual(few + " heads", pooled.unsqueeze(0), expected, 1e-15);
        }
        assertThat(HeadPooling.pooled(Grids.random(2, 30), MANY, MANY.sharing(2))
                        .shape())
                .isEqualTo(Shape.of(10));
        assertThat(HeadPooling.pooled(Grids.random(2, 15), MANY.sharing(3), MANY.sharing(1))
                        .shape())
                .isEqualTo(Shape.of(5));
    }

    /// A model whose heads are equal in each group gives the same, with H / K times less to remember.
    @Test
    void equalHeadsLoseNothing() {
        SoftmaxAttention many = SoftmaxAttention.CAUSAL.heads(MANY);
        for (int few : new int[] {1, 2, 3}) {
            SoftmaxAttention shared = many.heads(MANY.sharing(few));
            try (Bench<Layer> before = Bench.of(parameters -> many.self(parameters, Site.width(WIDTH)));
                    Bench<Layer> after = Bench.of(parameters -> shared.self(parameters, Site.width(WIDTH)))) {
                Map<String, Tensor> weights =
                        before.parameters().stream().collect(Collectors.toMap(Parameter::name, Parameter::tensor));
                weights.forEach((name, weight) -> {
                    if (name.startsWith("key") || name.startsWith("value")) { // the first head of each group in all
                        Tensor heads = weight.reshape(few, 6 / few, SIZE, -1);
                        weight.copy_(heads.narrow(1, 0, 1)
                                .expand(few, 6 / few, SIZE, heads.size(3))
                                .reshape(weight.shape().toArray()));
                    }
                });
                after.parameters().forEach(parameter -> {
                    Tensor own = weights.get(parameter.name());
                    parameter.fill(
                            parameter.shape().equals(own.shape())
                                    ? own
                                    : HeadPooling.pooled(own, MANY, MANY.sharing(few)));
                });
                Tensor x = Grids.random(3, 2, 11, WIDTH);
                Map<Place, State> remembered = new HashMap<>();
                Map<Place, State> less = new HashMap<>();
                Tensor expected = before.built().forward(x, Context.inference().remembering(remembered, 0));
                Tensor actual = after.built().forward(x, Context.inference().remembering(less, 0));
                assertThat(Grids.difference(actual, expected)).isLessThan(1e-13);
                State wide = remembered.values().iterator().next();
                State narrow = less.values().iterator().next();
                assertThat(wide.bytes()).isEqualTo(2L * 2 * 11 * 6 * SIZE * Double.BYTES);
                assertThat(narrow.bytes()).isEqualTo(wide.bytes() * few / 6);
                wide.close();
                narrow.close();
            }
        }
    }

    @Test
    void refusesWhatCannotBePooled() {
        Tensor weight = Grids.random(1, 6 * SIZE, WIDTH);
        assertThatThrownBy(() -> HeadPooling.pooled(weight, MANY.sharing(3), MANY.sharing(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("heads on 3 key-value heads cannot be pooled into 6 heads on 2: as many query heads, and 2"
                        + " must divide 3");
        assertThatThrownBy(() -> HeadPooling.pooled(Grids.random(1, 31, WIDTH), MANY, MANY.sharing(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the weight [31, 7] float64 is not that of 6 key-value heads; its first size must be a"
                        + " multiple of theirs");
    }
}
