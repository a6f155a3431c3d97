package io.attend.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.attention.SoftmaxAttention;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Memory;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.norm.BatchNorm;
import io.attend.position.BucketedBias;
import io.attend.router.ExpertUse;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// A stack of reversible blocks keeps nothing and computes its way back: all it gives is what the same branches
/// give when the engine records them, with everything in them that could tell a second pass from the first.
class ReversibleStackTest {
    private static final int WIDTH = 10;
    private static final int DEPTH = 3;
    private static final Site SITE = Site.width(WIDTH).withMemory(WIDTH);
    private static final Block BLOCK = new Block(
            List.of(
                    new SelfAttention(SoftmaxAttention.CAUSAL.position(BucketedBias.CAUSAL)),
                    new CrossAttention(SoftmaxAttention.EXAMPLE),
                    new Feed(MixtureOfExperts.EXAMPLE),
                    new Feed(DenseFeedForward.EXAMPLE)),
            BatchNorm.EXAMPLE,
            new StochasticDepth(
                    0.3,
                    StochasticDepth.Growth.CONSTANT,
                    new LayerScale(0.5, new Reversible(Streams.AVERAGED, 0.2))));

    /// The branches in turn as the formula has them, recorded by the engine.
    private static Layer recorded(Parameters parameters) {
        List<Residual.Built> blocks = new ArrayList<>();
        for (int depth = 0; depth < DEPTH; depth++) {
            blocks.add(BLOCK.build(parameters.in("" + depth), SITE));
        }
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                Tensor added = x;
                Tensor read = x;
                for (Residual.Built block : blocks) {
                    for (Context.Turn turn : block.turns(java.util.Collections.nCopies(4, new Place("branch")))) {
                        Tensor sum = added.add(turn.of(read, context));
                        added = read;
                        read = sum;
                    }
                }
                return added.add(read).mul(0.5);
            }

            @Override
            public Cost cost(Load load) {
                return Cost.NONE;
            }
        };
    }

    /// @param numbers the output, gradients of inputs and weights, and running numbers, by name
    private record Pass(Map<String, double[]> numbers, double next, int uses) {}

    private static Pass pass(Function<Parameters, Layer> build, Function<String, Boolean> learns) {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(5);
                Bench<Layer> bench = Bench.of(build)) {
            Tensor x = Grids.random(1, 2, 7, WIDTH).requiresGrad(learns.apply("x"));
            Tensor memory = Grids.random(2, 2, 5, WIDTH).requiresGrad(learns.apply("memory"));
            List<Parameter> weights = bench.parameters().stream()
                    .filter(parameter -> parameter.kind() == Parameter.Kind.WEIGHT)
                    .toList();
            weights.forEach(weight -> weight.tensor().requiresGrad(learns.apply(weight.name())));
            Context context = Context.training(random)
                    .padded(Optional.of(Grids.keep(7, 7, 4)))
                    .attending(new Memory(memory.mul(memory), Optional.of(Grids.keep(5, 3, 5))));
            Tensor y = bench.built().forward(x.mul(x), context);
            y.mul(Grids.random(3, 2, 7, WIDTH)).sum().backward();
            Map<String, double[]> numbers = new LinkedHashMap<>();
            numbers.put("y", y.toDoubles());
            x.grad().ifPresent(gradient -> numbers.put("x", gradient.toDoubles()));
            memory.grad().ifPresent(gradient -> numbers.put("memory", gradient.toDoubles()));
            for (Parameter parameter : bench.parameters()) {
                if (parameter.kind() == Parameter.Kind.RUNNING) {
                    numbers.put(parameter.name(), parameter.tensor().toDoubles());
                }
                parameter.tensor().grad().ifPresent(gradient -> numbers.put(parameter.name(), gradient.toDoubles()));
            }
            Tensor drawn = random.uniform(io.attend.tensor.Shape.of(1), 0, 1);
            return new Pass(numbers, drawn.item(), context.reports(ExpertUse.class).size());
        }
    }

    private static void check(Function<String, Boolean> learns, int gradients) {
        Pass expected = pass(ReversibleStackTest::recorded, learns);
        Pass actual = pass(parameters -> Stack.of(DEPTH, BLOCK).build(parameters, SITE), learns);
        assertThat(actual.numbers.keySet()).isEqualTo(expected.numbers.keySet());
        assertThat(actual.numbers).hasSizeGreaterThanOrEqualTo(gradients);
        expected.numbers.forEach(
                (name, numbers) -> assertThat(actual.numbers.get(name)).as(name).containsExactly(numbers, within(1e-10)));
        assertThat(actual.next).as("what is drawn next").isEqualTo(expected.next);
        assertThat(actual.uses).as("reports").isEqualTo(expected.uses).isEqualTo(DEPTH);
    }

    @Test
    void givesTheGradientsOfTheRecordedBranches() {
        check(_ -> true, 60);
    }

    /// What does not learn is passed through, and what learns behind it is found.
    @Test
    void findsWhatLearns() {
        check(name -> name.startsWith("2.feed2."), 2);
        check(name -> name.startsWith("0.attention."), 2);
        check(name -> name.equals("memory"), 2);
    }
}
