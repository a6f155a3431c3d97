package io.attend.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.value.Examples;
import org.junit.jupiter.api.Test;

class CapacityTest {
    /// The paper's example has a factor of 1 and of 1.5 over even shares.
    @Test
    void areTheirFormulas() {
        assertThat(new CapacityFactor(1).of(6, 1, 3)).isEqualTo(2);
        assertThat(new CapacityFactor(1.5).of(6, 1, 3)).isEqualTo(3);
        assertThat(new CapacityFactor(1.25).of(7, 2, 5)).isEqualTo(4); // 3.5 rounded up
        assertThat(new FixedCapacity(64).of(7, 2, 5)).isEqualTo(64);
        assertThat(new UnlimitedCapacity().of(1_000_003, 2, 5)).isGreaterThan(2_000_006);
    }

    @Test
    void sayWhetherTheyLimit() {
        Examples.of(Capacity.class)
                .forEach(example -> assertThat(example.value().isLimited())
                        .as(example.name())
                        .isEqualTo(example.value().of(1000, 1, 1000) < 1000));
    }
}
