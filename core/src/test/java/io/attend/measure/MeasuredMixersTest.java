package io.attend.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Sublayer;
import io.attend.training.report.Progress;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MeasuredMixersTest {
    private static Measured growing(String name, DoubleUnaryOperator seconds, long... lengths) {
        List<Figure> figures = LongStream.of(lengths)
                .mapToObj(length -> new Figure(
                        length,
                        seconds.applyAsDouble(length),
                        3 * seconds.applyAsDouble(length),
                        OptionalDouble.of(length),
                        OptionalDouble.empty()))
                .toList();
        return new Measured(name, 128, 4, 1, "a machine", "2026-11-24", "attend bench attention", figures);
    }

    /// 3 T^1.5 grows with an exponent of 1.5 whatever happened at shorter lengths.
    @Test
    void theExponentIsOfTheLastThreeDoublings() {
        Measured measured = growing(
                "a", length -> length < 64 ? 1e9 / length : 3 * Math.pow(length, 1.5), 512, 256, 128, 64, 32, 16);
        assertThat(measured.exponent(Figure::forward).orElseThrow()).isCloseTo(1.5, within(1e-12));
        assertThat(measured.last()).extracting(Figure::length).containsExactly(64L, 128L, 256L, 512L);
        assertThat(growing("a", length -> length, 512).exponent(Figure::forward))
                .isEmpty();
    }

    /// 100 T takes less than T² from 100 on: interpolated between 64 and 128 on straight lines of logarithms.
    @Test
    void theCrossingIsWhereLinesCross() {
        Measured square = growing("square", length -> length * length, 16, 32, 64, 128, 256);
        Measured line = growing("line", length -> 100 * length, 16, 32, 64, 128, 256);
        assertThat(line.crossing(square, Figure::forward).orElseThrow()).isCloseTo(100, within(1e-9));
        assertThat(square.crossing(line, Figure::forward)).isEmpty();
        Measured less = growing("less", length -> 3 * length, 32, 64, 128);
        assertThat(less.crossing(square, Figure::forward).orElseThrow()).isEqualTo(32);
        assertThat(less.crossing(growing("short", length -> length, 7), Figure::forward))
                .isEmpty();
    }

    @Test
    void aTableIsReadAsItWasWritten() {
        Map<String, Measured> table = new TreeMap<>();
        table.put("b", growing("b", length -> length / 7, 11, 13));
        table.put("a", growing("a", length -> length, 5));
        String lines = Measured.lines(table);
        assertThat(lines.lines()).hasSize(2);
        assertThat(Measured.read(lines)).isEqualTo(table);
        assertThatThrownBy(() -> Measured.read(lines.replace("\"threads\"", "\"treads\"")))
                .hasMessageContaining("treads");
    }

    /// The real thing, on tiny texts: what fits is measured, what does not is refused with its reason.
    @Test
    void measuresWhatFitsAndSaysWhatDoesNot() {
        Map<String, Sublayer> mixers = new TreeMap<>(Mixers.examples());
        mixers.keySet().retainAll(List.of("SoftmaxAttention.CAUSAL", "Synthesizer.CAUSAL", "Lstm.EXAMPLE"));
        Growing growing = new Growing(new Bench(20, 2), List.of(31L, 7L, 1009L), 1, 2e6, 100);
        Growing.Outcome outcome = growing.of(mixers, "attend bench attention", "2026-11-24", Progress.silent());
        assertThat(outcome.measured())
                .extracting(Measured::mixer)
                .containsExactly("Lstm.EXAMPLE", "SoftmaxAttention.CAUSAL", "Synthesizer.CAUSAL");
        for (Measured one : outcome.measured()) {
            assertThat(one.figures())
                    .extracting(Figure::length)
                    .as(one.mixer())
                    .isEqualTo(one.mixer().startsWith("Synth") ? List.of(7L, 31L) : List.of(7L, 31L, 1009L));
            assertThat(one.figures())
                    .as(one.mixer())
                    .allMatch(figure -> figure.forward() > 0 && figure.training() > 0)
                    .allMatch(figure -> figure.trainingBytes().isPresent() == Peaks.areKnown());
        }
        assertThat(outcome.left()).hasSize(1);
        assertThat(outcome.left().getFirst().mixer()).isEqualTo("Synthesizer.CAUSAL");
        assertThat(outcome.left().getFirst().reason()).matches("takes about 0.0 GB, and 0.0 GB may be used");
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        assertThatThrownBy(() -> new Bench(20, 3)).hasMessage("3 heads cannot divide width 20 evenly");
        assertThatThrownBy(() -> new Growing(Bench.USUAL, List.of(), 1, 1, 1))
                .hasMessage("lengths must be at least 1, not []");
        assertThatThrownBy(() -> new Growing(Bench.USUAL, List.of(7L), 0, 1, 1))
                .hasMessage("threads must be at least 1, not 0");
        assertThatThrownBy(() -> new Growing(Bench.USUAL, List.of(7L), 1, 0, 1))
                .hasMessage("a pass needs memory, not 0.0 bytes");
        assertThatThrownBy(() -> new Growing(Bench.USUAL, List.of(7L), 1, 1, 0))
                .hasMessage("patience must be above 0 seconds, not 0.0");
    }
}
