package io.attend.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Place;
import org.junit.jupiter.api.Test;

/// By hand: shares of 1/2, 1/4, 1/4 and 0 have an entropy of 1.5 bits, of the 2 that four experts can have.
class ExpertUseTest {
    private static final Place PLACE = new Place("decoder.0.feed");

    @Test
    void saysHowEvenUseIs() {
        ExpertUse use = new ExpertUse(PLACE, 6, 3, 0, 3);
        assertThat(use.largest()).isEqualTo(0.5);
        assertThat(use.evenness()).isCloseTo(0.75, within(1e-12));
        assertThat(new ExpertUse(PLACE, 5, 5, 5).evenness()).isCloseTo(1, within(1e-12));
        assertThat(new ExpertUse(PLACE, 0, 7).evenness()).isZero();
    }

    @Test
    void isANumberAlsoWhereNothingIsUsed() {
        assertThat(new ExpertUse(PLACE, 0, 0).largest()).isZero();
        assertThat(new ExpertUse(PLACE, 0, 0).evenness()).isZero();
        assertThat(new ExpertUse(PLACE, 7).evenness()).isEqualTo(1);
    }
}
