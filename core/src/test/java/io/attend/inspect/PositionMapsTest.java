package io.attend.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.mask.And;
import io.attend.mask.Bidirectional;
import io.attend.mask.BlockLocal;
import io.attend.mask.Causal;
import io.attend.position.AbsolutePosition;
import io.attend.position.Alibi;
import io.attend.position.ComplexPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.position.Rotary;
import io.attend.position.SinusoidalPosition;
import io.attend.value.Examples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PositionMapsTest {
    private static final HeadShape HEADS = new HeadShape(2, 2, 4);

    /// PE(p)·PE(q) = Σ cos((p − q) ω), of length E/2.
    @Test
    void sinusoidsAreAsAlikeAsTheirDistanceSays() {
        Heatmap map = PositionMaps.of(SinusoidalPosition.EXAMPLE, 6, 11).maps().getFirst();
        for (int p = 0; p < 11; p++) {
            for (int q = 0; q < 11; q++) {
                double expected = 0;
                for (int i = 0; i < 3; i++) {
                    expected += Math.cos((p - q) * Math.pow(10_000, -i / 3.0)) / 3;
                }
                assertThat(map.values()[p][q]).isCloseTo(expected, within(1e-5));
            }
        }
        assertThat(map.most()).isCloseTo(1, within(1e-5));
    }

    @Test
    void positionsThatTurnEmbeddingsAreDrawnByWhatTheyDoToOnes() {
        Heatmap map = PositionMaps.of(ComplexPosition.EXAMPLE, 6, 7).maps().getFirst();
        assertThat(map.values()[0][0]).isCloseTo(1, within(1e-5));
        assertThat(map.values()[0][3]).isLessThan(0.99);
    }

    @Test
    void aBiasIsDrawnForEveryHead() {
        PositionMaps maps = PositionMaps.of(new Alibi(), HEADS, new Causal(), 5);
        assertThat(maps.maps().stream().map(Heatmap::name))
                .containsExactly(
                        "bias, head 1",
                        "attention against the most seen key, head 1",
                        "bias, head 2",
                        "attention against the most seen key, head 2");
        double[] weights = maps.maps().get(1).values()[1]; // the slope of head 1 of 2 is 1/16
        assertThat(weights[0]).isCloseTo(Math.exp(-1 / 16.0), within(1e-6));
        assertThat(weights[2]).isNaN();
    }

    @Test
    void rotaryScoresFallOffWithTheDistance() {
        double[] scores = PositionMaps.of(Rotary.EXAMPLE, HEADS, new Bidirectional(), 7)
                .maps()
                .getFirst()
                .values()[2];
        for (int s = 0; s < 7; s++) { // (cos d + cos d/100) of two pairs of ones, over √4
            assertThat(scores[s]).isCloseTo(Math.cos(2 - s) + Math.cos((2 - s) / 100.0), within(1e-5));
        }
    }

    @Test
    void masksAreDrawnAsTheyAre() {
        double[][] values = PositionMaps.of(new And(new Causal(), new BlockLocal(2)), 4)
                .maps()
                .getFirst()
                .values();
        assertThat(values).isDeepEqualTo(new double[][] {{1, 0, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 1, 1}});
    }

    /// The picture read back by another reader of its format.
    @Test
    void picturesAreWhatTheyShow() throws IOException {
        Heatmap map = new Heatmap("a <b>", new double[][] {{0, 1, Double.NaN}, {0.5, 0.25, 1}});
        var image = ImageIO.read(new ByteArrayInputStream(map.png()));
        assertThat(image.getWidth()).isEqualTo(3);
        assertThat(image.getHeight()).isEqualTo(2);
        assertThat(image.getRGB(0, 0)).isEqualTo(0xff440154);
        assertThat(image.getRGB(1, 0)).isEqualTo(0xfffde725);
        assertThat(image.getRGB(2, 0)).isEqualTo(0xffe2e2e2);
        assertThat(image.getRGB(0, 1)).isEqualTo(0xff21918c);
        assertThat(map.figure()).contains("a &lt;b&gt;").doesNotContain("<b>");
    }

    @Test
    void everyPositionCanBeDrawn() {
        Examples.of(AbsolutePosition.class)
                .forEach(example -> assertThat(
                                PositionMaps.of(example.value(), 10, 7).html())
                        .as(example.name())
                        .contains("similarity of positions"));
        Examples.of(RelativePosition.class)
                .forEach(example -> assertThat(PositionMaps.of(example.value(), new HeadShape(6, 3, 4), new Causal(), 7)
                                .html())
                        .as(example.name())
                        .contains("attention against the most seen key"));
    }
}
