package io.attend.objective;

import io.attend.architecture.Architecture;
import io.attend.data.Example;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.optimizer.AdamW;
import io.attend.optimizer.Optimizer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// A few steps of training without a trainer, to see whether an objective teaches anything.
///
/// @param before the loss of the examples to be judged by, before
/// @param after the same afterwards
/// @param measures what it is judged by, afterwards
/// @param shown what the model makes of examples, afterwards
/// @param notes on the measures
record Learning(double before, double after, Map<String, Double> measures, List<Objective.Shown> shown, Map<String, String> notes) {
    static Learning of(
            Objective objective,
            Tokenizer tokenizer,
            List<? extends Example> examples,
            Function<Needs, Architecture> blueprint,
            int steps) {
        Objective.Built built = objective.build(tokenizer, examples, examples);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(blueprint.apply(built.needs()), 5);
                Random random = Random.seeded(7);
                Optimizer.Built optimizer = AdamW.EXAMPLE.build(model.weights())) {
            built.check(model);
            List<Tensor> weights = model.weights().stream().map(Parameter::tensor).toList();
            weights.forEach(weight -> weight.requiresGrad(true));
            double before = loss(built, model);
            RandomGenerator drawn = new SplittableRandom(3);
            int batch = Math.min(8, built.lengths().size());
            for (int step = 0; step < steps; step++) {
                try (Lifetime _ = Lifetime.open()) {
                    List<Integer> some = IntStream.generate(
                                    () -> drawn.nextInt(built.lengths().size()))
                            .limit(batch)
                            .boxed()
                            .toList();
                    built.loss(model, built.training(some, drawn), Context.training(random).step(step))
                            .backward();
                    optimizer.step(0.01);
                    weights.forEach(Tensor::clearGrad);
                }
            }
            double after = loss(built, model);
            Objective.Judged judged = built.judge(new TextModel(model, tokenizer), after);
            return new Learning(before, after, judged.measures(), judged.shown(), judged.notes());
        }
    }

    private static double loss(Objective.Built built, Transformer model) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            return built.loss(model, built.heldOut(0, built.heldOut()), Context.inference())
                    .item();
        }
    }
}
