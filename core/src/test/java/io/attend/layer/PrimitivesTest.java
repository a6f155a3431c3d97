package io.attend.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.activation.Activation;
import io.attend.activation.ActivationFormulas;
import io.attend.activation.ClippedGelu;
import io.attend.activation.Gelu;
import io.attend.activation.GeluTanh;
import io.attend.activation.Laplace;
import io.attend.activation.LeakyRelu;
import io.attend.activation.Mish;
import io.attend.activation.QuickGelu;
import io.attend.activation.Relu;
import io.attend.activation.Relu6;
import io.attend.activation.Sigmoid;
import io.attend.activation.Silu;
import io.attend.activation.SquaredRelu;
import io.attend.activation.Tanh;
import io.attend.checkpoint.TensorFile;
import io.attend.norm.BatchNorm;
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
import java.util.LinkedHashMap;
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

    private static Map<String, Activation> activations() {
        return Map.ofEntries(
                Map.entry("gelu", new Gelu()),
                Map.entry("gelu_10", new ClippedGelu(10)),
                Map.entry("gelu_fast", new GeluTanh()),
                Map.entry("gelu_new", new GeluTanh()),
                Map.entry("gelu_pytorch_tanh", new GeluTanh()),
                Map.entry("laplace", new Laplace()),
                Map.entry("leaky_relu", new LeakyRelu(0.01)),
                Map.entry("mish", new Mish()),
                Map.entry("quick_gelu", new QuickGelu()),
                Map.entry("relu", new Relu()),
                Map.entry("relu2", new SquaredRelu()),
                Map.entry("relu6", new Relu6()),
                Map.entry("sigmoid", new Sigmoid()),
                Map.entry("silu", new Silu()),
                Map.entry("tanh", new Tanh()));
    }

    @Test
    void everyActivationOfTheFileIsOurs() {
        assertThat(given.keySet().stream()
                        .filter(name -> name.startsWith("act_grad."))
                        .map(name -> name.substring(9)))
                .containsExactlyInAnyOrderElementsOf(activations().keySet());
        activations().forEach(this::isTheirs);
    }

    private void isTheirs(String theirs, Activation activation) {
        Tensor x = given("act.in").clone().requiresGrad(true);
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
        check("batchnorm_eval_m0_v1", new BatchNorm(1e-5, 0.1));
    }

    private void check(String theirs, Norm norm) {
        Map<String, Tensor> numbers = Map.of(
                "weight", given("norm.w").clone(),
                "bias", given("norm.b").clone(),
                "mean", Tensor.zeros(Shape.of(12), DType.FLOAT32),
                "variance", Tensor.ones(Shape.of(12), DType.FLOAT32));
        Tensor given = given("norm." + theirs);
        Tensor expected = norm instanceof BatchNorm ? given.transpose(1, 2) : given; // theirs is [B, E, T]
        try (Bench<Layer> bench = Bench.of(parameters -> norm.build(parameters, 12))) {
            bench.parameters().forEach(p -> p.fill(numbers.get(p.name()).to(DType.FLOAT32)));
            Tensor y = bench.built().forward(given("norm.x"), Context.inference());
            assertThat(Grids.difference(y, expected)).as(theirs).isLessThan(TOLERANCE);
        }
        Map<String, double[]> plain = new LinkedHashMap<>();
        numbers.forEach((name, tensor) -> plain.put(name, tensor.toDoubles()));
        double[][][] x = Grids.of(given("norm.x"));
        for (double[][] sequence : x) {
            for (int t = 0; t < sequence.length; t++) {
                sequence[t] = NormFormulas.of(norm).apply(sequence[t], Numbers.of(plain));
            }
        }
        Grids.assertEqual("formula of " + theirs, expected, x, TOLERANCE);
    }
}
