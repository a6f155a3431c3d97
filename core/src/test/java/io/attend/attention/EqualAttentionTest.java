package io.attend.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Observer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.RmsNorm;
import io.attend.position.Alibi;
import io.attend.position.Rotary;
import io.attend.state.State;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attentions of one kind that must give the same, computed in several ways.
class EqualAttentionTest {
    private static final int WIDTH = 10;
    private static final int LENGTH = 131;

    private static Bench<Layer> bench(Attention attention) {
        return Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)));
    }

    /// Those whose chunks are computed at once.
    static Stream<IntFunction<Attention>> chunked() {
        return Stream.of(
                LinearAttention.CAUSAL::chunk,
                LinearAttention.CAUSAL_PERFORMER::chunk,
                Retention.EXAMPLE::chunk,
                chunk -> new GatedDelta(Heads.of(2), OptionalInt.of(3), 4, chunk, new RmsNorm(1e-5)));
    }

    /// One position at a time, several, and all: the recurrent, the chunkwise and the parallel form.
    @ParameterizedTest
    @MethodSource("chunked")
    void allFormsAreEqual(IntFunction<Attention> of) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> parallel = bench(of.apply(4096))) {
            Tensor x = Grids.random(1, 2, LENGTH, WIDTH);
            Tensor expected = parallel.built().forward(x, Context.inference());
            for (int chunk : new int[] {1, 7, 64, LENGTH}) {
                try (Bench<Layer> other = bench(of.apply(chunk))) {
                    assertThat(Grids.difference(other.built().forward(x, Context.inference()), expected))
                            .as("in chunks of %s", chunk)
                            .isLessThan(1e-10);
                }
            }
        }
    }

    /// What is saved for the backward pass grows as the length does.
    @ParameterizedTest
    @MethodSource("chunked")
    void costIsLinearInLength(IntFunction<Attention> of) {
        Layer layer = of.apply(64).self(Parameters.root(), Site.width(WIDTH));
        var shorter = layer.cost(Load.batch(1).length(4096));
        var longer = layer.cost(Load.batch(1).length(8192));
        assertThat(longer.flops() / shorter.flops()).isBetween(1.99, 2.01);
        assertThat(longer.saved() / shorter.saved()).isBetween(1.99, 2.01);
        assertThat(longer.state()).isEqualTo(shorter.state());
    }

    /// With as many mixtures as places, each of one place, a Linformer is softmax attention.
    @Test
    void aLinformerOfAllPlacesIsSoftmaxAttention() {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> exact = bench(SoftmaxAttention.of(Heads.of(2)));
                Bench<Layer> projected = bench(Linformer.of(Heads.of(2), LENGTH, LENGTH))) {
            double[] identity = new double[LENGTH * LENGTH];
            for (int i = 0; i < LENGTH; i++) {
                identity[i * LENGTH + i] = 1;
            }
            Parameter length = projected.parameters().stream()
                    .filter(parameter -> parameter.name().equals("key.length.weight"))
                    .findFirst()
                    .orElseThrow();
            length.fill(Tensor.of(identity, LENGTH, LENGTH));
            Tensor x = Grids.random(2, 3, LENGTH, WIDTH);
            assertThat(Grids.difference(
                            projected.built().forward(x, Context.inference()),
                            exact.built().forward(x, Context.inference())))
                    .isLessThan(1e-12);
            assertThatThrownBy(
                            () -> projected.built().forward(Grids.random(2, 1, LENGTH + 1, WIDTH), Context.inference()))
                    .hasMessageContaining("the text has 132 tokens, but the model has learned to mix only 131 places");
        }
    }

    /// Behind remembered tokens no key is made, unless an adapter stands in the way: both give the same.
    @Test
    void latentAttentionStepsTheSameAroundAnAdapter() {
        LatentAttention value = LatentAttention.CAUSAL;
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> plain = bench(value)) {
            Parameters wrapped = Parameters.root();
            Layer layer = value.self(wrapped, Site.width(WIDTH));
            wrapped.all()
                    .forEach(parameter -> parameter.fill(Tensor.of(
                            plain.numbers().vector(parameter.name()),
                            parameter.shape().toArray())));
            wrapped.linears().values().forEach(linear -> linear.wrap(product -> product));
            Tensor x = Grids.random(3, 2, 11, WIDTH);
            Tensor whole = plain.built().forward(x, Context.inference());
            for (Layer each : new Layer[] {plain.built(), layer}) {
                Map<Place, State> states = new HashMap<>();
                Place here = new Place("here");
                Context first = Context.inference().remembering(states, 0).at(here);
                each.forward(x.narrow(1, 0, 7), first);
                Context then = Context.inference().remembering(states, 7).at(here);
                assertThat(Grids.difference(each.forward(x.narrow(1, 7, 4), then), whole.narrow(1, 7, 4)))
                        .isLessThan(1e-12);
                states.values().forEach(State::close);
            }
            wrapped.close();
        }
    }

    /// With λ₀ 0 and all of λ's vectors 0 nothing is subtracted, since e⁰ − e⁰ is 0: one map is left, and a
    /// norm.
    @Test
    void differentialAttentionWithoutADifferenceIsOneMap() {
        DifferentialAttention value = new DifferentialAttention(
                Heads.of(1).size(5), new Causal(), Rotary.EXAMPLE.size(4), 0, new RmsNorm(1e-5), 0);
        SoftmaxAttention one = SoftmaxAttention.of(Heads.of(2).size(5))
                .masked(new Causal())
                .position(Rotary.EXAMPLE.size(4))
                .bias(ProjectionBias.NONE);
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> two = bench(value);
                Bench<Layer> map = bench(one)) {
            double[] identity = new double[WIDTH * WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                identity[i * WIDTH + i] = 1;
            }
            for (Bench<Layer> each : List.of(two, map)) {
                each.parameters().stream()
                        .filter(parameter -> parameter.name().equals("output.weight"))
                        .forEach(parameter -> parameter.fill(Tensor.of(identity, WIDTH, WIDTH)));
            }
            two.parameters().stream()
                    .filter(parameter -> parameter.name().equals("lambda"))
                    .forEach(parameter -> parameter.fill(Tensor.zeros(parameter.shape(), DType.FLOAT64)));
            two.parameters().stream()
                    .filter(parameter -> parameter.name().equals("output.norm.weight"))
                    .forEach(parameter -> parameter.fill(Tensor.ones(parameter.shape(), DType.FLOAT64)));
            // its second map's queries and keys are what the first's are, so that both halves of V are seen alike
            for (Bench<Layer> each : List.of(two, map)) {
                each.parameters().stream()
                        .filter(parameter -> parameter.name().startsWith("query")
                                || parameter.name().startsWith("key"))
                        .forEach(parameter -> {
                            Tensor first = parameter.tensor().narrow(0, 0, 5).clone();
                            parameter.tensor().narrow(0, 5, 5).copy_(first);
                        });
            }
            Tensor x = Grids.random(4, 2, 13, WIDTH);
            Tensor expected = map.built().forward(x, Context.inference());
            Tensor normed = expected.rmsNorm(Tensor.ones(Shape.of(WIDTH), DType.FLOAT64), 1e-5);
            Tensor y = two.built().forward(x, Context.inference());
            assertThat(Grids.difference(y, normed)).isLessThan(1e-12);
            Observer watching = (_, _, _) -> {};
            assertThat(Grids.difference(
                            two.built().forward(x, Context.inference().observed(watching)), normed))
                    .isLessThan(1e-12);
        }
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> Linformer.of(Heads.of(2), 7, 11))
                .hasMessage("rank must be from 1 to the maximum 7, not 11");
        assertThatThrownBy(() -> Linformer.of(Heads.of(2), 0, 1)).hasMessage("maximum must be at least 1, not 0");
        assertThatThrownBy(() -> new Retention(Heads.of(2), OptionalInt.empty(), Alibi.EXAMPLE, 64))
                .hasMessage("retention turns queries and keys by where they stand, and has no scores a Alibi could add"
                        + " to; take Rotary or NoPosition");
        assertThatThrownBy(() -> new GatedDelta(Heads.of(2), OptionalInt.of(0), 4, 64, new RmsNorm(1e-5)))
                .hasMessage("valueSize must be at least 1, not 0");
        assertThatThrownBy(() -> new DifferentialAttention(
                        Heads.of(2), new Bidirectional(), Rotary.EXAMPLE, 1, new RmsNorm(1e-5), 0))
                .hasMessage("initial 1.0 is outside [0, 1); the usual one is 0.8");
        assertThatThrownBy(() -> new LatentAttention(
                        Heads.of(2), 0, OptionalInt.empty(), 4, new Causal(), Rotary.EXAMPLE, new RmsNorm(1e-6), 0))
                .hasMessage("latent, queryLatent and turned must be at least 1, not 0, 1 and 4");
    }
}
