package io.attend.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.activation.Activation;
import io.attend.activation.ActivationFormulas;
import io.attend.activation.Gelu;
import io.attend.activation.GeluTanh;
import io.attend.activation.Relu;
import io.attend.checkpoint.TensorFile;
import io.attend.norm.LayerNorm;
import io.attend.norm.Norm;
import io.attend.norm.NormFormulas;
import io.attend.norm.RmsNorm;
import io.attend.position.AbsolutePositionFormulas;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Our layers, and the formulas the other tests hold them to, against numbers computed elsewhere: see
/// golden/README.md.
class PrimitivesTest {
    private static final double TOLERANCE = 2e-6;

    private final Lifetime lifetime = Lifetime.open();
    private final Map<String, Tensor> given =
            TensorFile.read(Path.of("src", "test", "resources", "golden", "primitives.safetensors"));

    @AfterEach
    void close() {
        lifetime.close();
    }

    private Tensor given(String name) {
        return Objects.requireNonNull(given.get(name), name);
    }

    @ParameterizedTest
    @CsvSource({"relu, Relu", "gelu, Gelu", "gelu_new, GeluTanh", "gelu_pytorch_tanh, GeluTanh"})
    void activations(String theirs, String ours) {
        Activation activation = switch (ours) {
            case "Relu" -> new Relu();
            case "Gelu" -> new Gelu();
            default -> new GeluTanh();
        };
        Tensor x = given("act.in").requiresGrad(true);
        Tensor y = activation.apply(x);
        assertThat(Grids.difference(y, given("act." + theirs))).as(theirs).isLessThan(TOLERANCE);
        y.sum().backward();
        assertThat(Grids.difference(x.grad().orElseThrow(), given("act_grad." + theirs)))
                .as("gradient of %s", theirs)
                .isLessThan(TOLERANCE);
        double[] formula = Arrays.stream(x.detach().toDoubles())
                .map(ActivationFormulas.of(activation))
                .toArray();
        assertThat(Grids.difference(Tensor.of(formula), given("act." + theirs)))
                .as("formula of %s", theirs)
                .isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({"paper2017, INTERLEAVED", "marian, HALVES"})
    void waves(String theirs, SinusoidalPosition.Order order) {
        Tensor expected = given("sinusoid." + theirs); // [16, 12]
        SinusoidalPosition value = new SinusoidalPosition(order);
        try (Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, 12))) {
            Tensor y = bench.built().forward(Tensor.zeros(Shape.of(1, 16, 12), DType.FLOAT32), Context.inference());
            assertThat(Grids.difference(y.select(0, 0), expected)).as(theirs).isLessThan(TOLERANCE);
        }
        double[] formula = new double[16 * 12];
        for (int t = 0; t < 16; t++) {
            double[] wave = AbsolutePositionFormulas.of(value).apply(new double[12], t, Numbers.of(Map.of()));
            System.arraycopy(wave, 0, formula, t * 12, 12);
        }
        assertThat(Grids.difference(Tensor.of(formula, 16, 12), expected))
                .as("formula of %s", theirs)
                .isLessThan(TOLERANCE);
    }

    @Test
    void norms() {
        check("layernorm_1e-5", new LayerNorm(1e-5, Bias.ADDED));
        check("layernorm_1e-12", new LayerNorm(1e-12, Bias.ADDED));
        check("rmsnorm_1e-6", new RmsNorm(1e-6));
    }

    private void check(String theirs, Norm norm) {
        try (Bench<Layer> bench = Bench.of(parameters -> norm.build(parameters, 12))) {
            bench.parameters()
                    .forEach(p -> p.fill(
                            given(p.name().equals("bias") ? "norm.b" : "norm.w").clone()));
            Tensor y = bench.built().forward(given("norm.x"), Context.inference());
            assertThat(Grids.difference(y, given("norm." + theirs))).as(theirs).isLessThan(TOLERANCE);
        }
        Numbers numbers = Numbers.of(Map.of(
                "weight", given("norm.w").toDoubles(), "bias", given("norm.b").toDoubles()));
        double[][][] x = Grids.of(given("norm.x"));
        for (double[][] sequence : x) {
            for (int t = 0; t < sequence.length; t++) {
                sequence[t] = NormFormulas.of(norm).apply(sequence[t], numbers);
            }
        }
        Grids.assertEqual("formula of " + theirs, given("norm." + theirs), x, TOLERANCE);
    }
}
