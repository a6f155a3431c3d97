package io.attend.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.attend.architecture.Sublayer;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GrowthTest {
    private static final long LONG = 1 << 24;
    private static final int DOUBLINGS = 3;
    private static final int WIDTH = 320;

    /// What a variant's paper claims of long texts is what its own count of operations and numbers does.
    @TestFactory
    Stream<DynamicTest> everyMixerCostsWhatItClaims() {
        return Mixers.examples().entrySet().stream()
                .map(entry -> dynamicTest(entry.getKey(), () -> costsWhatItClaims(entry.getValue())));
    }

    private static void costsWhatItClaims(Sublayer mixer) {
        Sublayer typical = mixer.typical(WIDTH, 4, LONG << DOUBLINGS);
        Growth claim = typical.growth();
        assertThat(typical.causal()).as("whether it looks only back").isEqualTo(mixer.causal());
        assertThat(claim).as("claim in another size").isEqualTo(mixer.growth());
        grows("time", mixer, Cost::flops, claim.time());
        grows("memory", mixer, cost -> cost.saved() + cost.working(), claim.memory());
        if (typical.causal()) {
            grows("state", mixer, Cost::state, claim.state());
        }
    }

    private static void grows(String what, Sublayer mixer, ToDoubleFunction<Cost> part, Rate claim) {
        double before = part.applyAsDouble(cost(mixer, LONG));
        double after = part.applyAsDouble(cost(mixer, LONG << DOUBLINGS));
        double exponent = before == after ? 0 : Math.log(after / before) / (DOUBLINGS * Math.log(2));
        assertThat(exponent)
                .as("exponent of %s, said to grow as %s", what, claim)
                .isCloseTo(claim.exponent(LONG, LONG << DOUBLINGS), within(0.05));
    }

    private static Cost cost(Sublayer mixer, long length) {
        return mixer.typical(WIDTH, 4, length)
                .build(Parameters.root(), Site.width(WIDTH))
                .cost(Load.batch(1).length(length));
    }

    /// T log T by hand: from 2^10 to 2^12 it grows by 4 · 12/10.
    @Test
    void aRateIsAPowerAndItsLogarithms() {
        assertThat(Rate.LOG_LINEAR.exponent(1 << 10, 1 << 12)).isCloseTo(Math.log(4.8) / Math.log(4), within(1e-12));
        assertThat(Rate.ROOT.exponent(7, 11)).isEqualTo(1.5);
        assertThat(Stream.of(
                        Rate.CONSTANT,
                        Rate.LINEAR,
                        Rate.LOG_LINEAR,
                        Rate.ROOT,
                        Rate.SQUARE,
                        new Rate(0, 1),
                        new Rate(1.25, 2)))
                .extracting(Rate::toString)
                .containsExactly("1", "T", "T log T", "T√T", "T²", "log T", "T^1.25 log^2 T");
    }

    @Test
    void eachVariantIsMeasuredOnceInEachDirection() {
        assertThat(Mixers.eachWay().keySet())
                .contains(
                        "SoftmaxAttention.EXAMPLE",
                        "SoftmaxAttention.CAUSAL",
                        "Lstm.BOTH_WAYS",
                        "FourierMixing.EXAMPLE")
                .doesNotContain("SoftmaxAttention.GROUPED", "BahdanauRecurrence.EXAMPLE", "LuongRecurrence.UNFED");
    }
}
