package io.attend.convolution;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.LayerContract;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ConvolutionTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Convolution.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                ConvolutionFormulas.of(example.value()))
                        .causal(example.value().reach() == Reach.CAUSAL)
                        .tests());
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> new GatedConvolution(4, 1, Reach.CENTERED, 0))
                .hasMessage("a centered kernel of 4 has no middle; make it odd or causal");
        assertThatThrownBy(() -> new GatedConvolution(0, 1, Reach.CAUSAL, 0))
                .hasMessage("kernel must be from 1 to 10000, not 0");
        assertThatThrownBy(() -> new GatedConvolution(3, 0, Reach.CAUSAL, 0))
                .hasMessage("dilation must be from 1 to 10000, not 0");
        assertThatThrownBy(() -> new GatedConvolution(3, 1, Reach.CAUSAL, 1))
                .hasMessage("dropout 1.0 is outside [0, 1)");
    }
}
