package io.attend.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurveTest {
    private static Curve curve(double[] y) {
        return new Curve("loss", IntStream.range(0, y.length).asDoubleStream().toArray(), y);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, 101, 499, 996})
    void thinningKeepsEndsOrderAndRealPoints(int limit) {
        double[] y =
                IntStream.range(0, 997).mapToDouble(i -> Math.sin(i * 0.37) + i).toArray();
        Curve thin = curve(y).thinned(limit);
        assertThat(thin.x())
                .hasSize(limit)
                .startsWith(0)
                .endsWith(996)
                .doesNotHaveDuplicates()
                .isSorted();
        for (int i = 0; i < limit; i++) {
            assertThat(thin.y()[i]).isEqualTo(y[(int) thin.x()[i]]);
        }
    }

    @Test
    void thinningKeepsASpike() {
        double[] y = new double[10_007];
        Arrays.fill(y, 1);
        y[5003] = 90;
        assertThat(curve(y).thinned(101).y()).hasSize(101).contains(90);
    }

    @Test
    void aShortCurveStays() {
        Curve short_ = curve(new double[] {3, 1, 2});
        assertThat(short_.thinned(3)).isSameAs(short_);
    }

    @Test
    void aCurveIsAValueOfItsOwn() {
        double[] y = {3, 1, 2};
        Curve curve = curve(y);
        y[0] = 9;
        curve.y()[1] = 9;
        assertThat(curve.y()).containsExactly(3, 1, 2);
    }

    @Test
    void refusesWhatIsNotACurve() {
        assertThatThrownBy(() -> new Curve("loss", new double[] {1, 2}, new double[] {1}))
                .hasMessage("curve 'loss' has 2 x, 1 y and 0 seconds");
        assertThatThrownBy(() -> new Curve("loss", new double[] {1, 1}, new double[] {1, 2}))
                .hasMessage("curve 'loss': x[1] = 1.0 after 1.0; x must be finite and grow");
        assertThatThrownBy(() -> new Curve("loss", new double[] {Double.NaN}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chartsComeFromTheLog() {
        List<Chart> charts = Chart.of(List.of(
                Metrics.training(1)
                        .with("exactMatch", 0)
                        .with(Metrics.SECONDS, 1)
                        .with(Metrics.TOKENS_PER_SECOND, 5),
                Metrics.training(2).with(Metrics.LOSS, 4).with(Metrics.EPOCH, 1),
                Metrics.validation(2).with(Metrics.LOSS, 5),
                Metrics.training(3).with(Metrics.LOSS, 3)));
        assertThat(charts).extracting(Chart::name).containsExactly("loss", "tokens per second", "exact match");
        assertThat(charts.get(0).curves()).extracting(Curve::name).containsExactly("training", "validation");
        assertThat(charts.get(0).curves().get(0).x()).containsExactly(2, 3);
        assertThat(charts.get(0).curves().get(0).y()).containsExactly(4, 3);
        assertThat(charts.get(0).curves().get(1).y()).containsExactly(5);
        assertThat(Chart.of(List.of())).isEmpty();
    }
}
