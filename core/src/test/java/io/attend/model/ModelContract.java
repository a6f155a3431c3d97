package io.attend.model;

import static io.attend.layer.Grids.assertEqual;
import static io.attend.layer.Grids.assertFinite;
import static io.attend.layer.Grids.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Convolve;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Feed;
import io.attend.architecture.FunnelEncoder;
import io.attend.architecture.Inputs;
import io.attend.architecture.Recur;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.TopologyFormulas;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.TensorFile;
import io.attend.embedding.EmbeddingFormulas.Words;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Numbers;
import io.attend.layer.Observer;
import io.attend.layer.Parameter;
import io.attend.layer.Scene;
import io.attend.recurrence.BahdanauRecurrence;
import io.attend.recurrence.LuongRecurrence;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.value.Examples.Example;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// What every whole model owes: its formula, its gradient, its place in time (past, padding, steps), and to
/// come back from a file as it was.
public record ModelContract(String name, Architecture architecture) {
    private static final int BATCH = 3;
    private static final int LENGTH = 7;
    private static final int SOURCE = 5;

    /// Ids every model of [SmallModels] knows.
    private static final int KNOWN = 17;

    private static final double EXACT = 1e-10;

    /// Waves are float32 also in a float64 model.
    private static final double WAVES = 3e-5;

    private static final Observer WATCHING = (_, _, _) -> {};

    public static ModelContract of(Example<Architecture> example) {
        return new ModelContract(example.name(), example.value());
    }

    public Stream<DynamicTest> tests() {
        Stream<DynamicTest> always = Stream.of(
                test("is its formula", this::isItsFormula),
                test("works in smaller element types", this::worksInSmallerTypes),
                test("has the gradient of its formula", this::hasItsGradient),
                test("has the same gradient when its blocks are computed again", this::recomputes),
                test(
                        SmallModels.causal(architecture) ? "does not see the future" : "sees the future",
                        this::seesInTime),
                test("does not see padding", this::doesNotSeePadding),
                test("survives a row that is all padding", this::survivesNothing),
                test("shows its insides to who asks", this::showsItsInsides),
                test("comes back from a file", this::comesBackFromAFile),
                test("comes back from JSON", this::comesBackFromJson));
        Stream<DynamicTest> writing = Stream.of(
                test("step by step is all at once", this::stepsAreTheWhole),
                test("follows its rows when they are selected", this::followsSelectedRows),
                test("serves many sessions at once", this::servesManySessions));
        if (architecture.topology() instanceof FunnelEncoder) {
            return always.filter(test -> !LENGTHS_ALIKE.stream().anyMatch(test.getDisplayName()::endsWith));
        }
        return architecture.topology().generates() ? Stream.concat(always, writing) : always;
    }

    /// What is held to plain loops or to positions that correspond, which a text that is pooled has not: its
    /// numbers and gradients are Hugging Face's (VerificationTest, three folders), and its attention has a
    /// formula of its own.
    private static final List<String> LENGTHS_ALIKE = List.of(
            "is its formula",
            "has the same gradient when its blocks are computed again",
            "see the future",
            "shows its insides to who asks");

    private DynamicTest test(String what, Runnable body) {
        return dynamicTest(name + " " + what, () -> {
            try (Lifetime _ = Lifetime.open()) {
                body.run();
            }
        });
    }

    private Transformer model(DType dtype) {
        Transformer model = Transformer.initialize(architecture, 1);
        model.saved().forEach(parameter -> Bench.fill(parameter, dtype));
        return model;
    }

    private static Numbers numbers(Transformer model) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        model.saved()
                .forEach(weight -> numbers.put(weight.name(), weight.tensor().toDoubles()));
        return Numbers.of(numbers);
    }

    private static Tensor ids(long seed, int batch, int length) {
        return Tensor.of(
                new SplittableRandom(seed)
                        .longs((long) batch * length, 0, KNOWN)
                        .toArray(),
                batch,
                length);
    }

    private boolean translates() {
        return SmallModels.translates(architecture);
    }

    /// What the model is given: words that come out again, behind a source where it reads one.
    private Inputs inputs(Tensor words) {
        return inputs(words, Optional.empty(), ids(23, (int) words.size(0), SOURCE), Optional.empty());
    }

    private Inputs inputs(Tensor words, Optional<Tensor> keep, Tensor source, Optional<Tensor> sourceKeep) {
        Tokens written = new Tokens(words, keep, Optional.empty());
        return translates() ? Inputs.of(new Tokens(source, sourceKeep, Optional.empty()), written) : Inputs.of(written);
    }

    private void isItsFormula() {
        int[] lengths = {7, 5, 2};
        int[] sources = {2, 5, 3};
        try (Transformer model = model(DType.FLOAT64)) {
            Tensor words = ids(19, BATCH, LENGTH);
            Tensor source = ids(23, BATCH, SOURCE);
            Tensor keep = Grids.keep(LENGTH, lengths);
            Tensor sourceKeep = Grids.keep(SOURCE, sources);
            Numbers numbers = numbers(model);
            double[][][] expected = new double[BATCH][][];
            for (int b = 0; b < BATCH; b++) {
                Words written = words(words, b, Scene.first(lengths[b], LENGTH));
                Words read = words(source, b, Scene.first(sources[b], SOURCE));
                expected[b] = TopologyFormulas.logits(architecture, numbers, translates() ? read : written, written);
            }
            Inputs inputs = inputs(words, Optional.of(keep), source, Optional.of(sourceKeep));
            assertEqual(name, model.forward(inputs, Context.inference()), expected, WAVES);
            Context observed = Context.inference().observed(WATCHING);
            assertEqual(name + " observed", model.forward(inputs, observed), expected, WAVES);
            assertThat(numbers.unread()).as("%s: weights without a use", name).isEmpty();
        }
    }

    private static Words words(Tensor ids, int row, boolean[] keep) {
        int[] line = Arrays.stream(ids.select(0, row).toLongs())
                .mapToInt(id -> (int) id)
                .toArray();
        return new Words(line, new int[line.length], keep);
    }

    private void worksInSmallerTypes() {
        try (Transformer exact = model(DType.FLOAT64)) {
            Inputs inputs = inputs(ids(19, BATCH, LENGTH));
            Tensor expected = exact.forward(inputs, Context.inference());
            double scale =
                    Arrays.stream(expected.toDoubles()).map(Math::abs).max().orElseThrow();
            for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
                try (Transformer model = model(dtype)) {
                    Tensor y = model.forward(inputs, Context.inference());
                    assertThat(y.dtype()).as("%s in %s", name, dtype).isEqualTo(dtype);
                    assertThat(difference(y, expected) / scale)
                            .as("%s: %s against float64", name, dtype)
                            .isLessThan(dtype == DType.FLOAT32 ? 1e-4 : 0.1);
                }
            }
        }
    }

    private void hasItsGradient() {
        try (Transformer model = model(DType.FLOAT64)) {
            Inputs inputs = inputs(ids(19, BATCH, LENGTH));
            FiniteDifferences.check(
                    name,
                    () -> model.forward(inputs, Context.inference()),
                    model.weights().stream().map(Parameter::tensor).toList());
        }
    }

    private void seesInTime() {
        int moved = 4;
        try (Transformer model = model(DType.FLOAT64)) {
            Tensor words = ids(19, BATCH, LENGTH);
            Tensor others = words.clone();
            others.narrow(1, moved, 1).add_(1);
            Tensor before = model.forward(inputs(words), Context.inference());
            Tensor after = model.forward(inputs(others), Context.inference());
            double past = difference(before.narrow(1, 0, moved), after.narrow(1, 0, moved));
            double present = difference(before.narrow(1, moved, 1), after.narrow(1, moved, 1));
            assertThat(present).as("%s: change at the changed word", name).isGreaterThan(1e-3);
            if (SmallModels.causal(architecture)) {
                assertThat(past).as("%s: change before the changed word", name).isLessThan(EXACT);
            } else {
                assertThat(past).as("%s: change before the changed word", name).isGreaterThan(1e-3);
            }
            if (translates()) {
                Tensor source = ids(23, BATCH, SOURCE);
                source.narrow(1, 1, 1).add_(1);
                Tensor moved2 =
                        model.forward(inputs(words, Optional.empty(), source, Optional.empty()), Context.inference());
                assertThat(difference(before.narrow(1, 0, 1), moved2.narrow(1, 0, 1)))
                        .as("%s: change at the first word when the source changes", name)
                        .isGreaterThan(1e-4);
            }
        }
    }

    private void doesNotSeePadding() {
        int[] lengths = {2, 7, 5};
        int[] sources = {3, 1, 5};
        try (Transformer model = model(DType.FLOAT64)) {
            Tensor words = ids(19, BATCH, LENGTH);
            Tensor source = ids(23, BATCH, SOURCE);
            Tensor keep = Grids.keep(LENGTH, lengths);
            Tensor sourceKeep = Grids.keep(SOURCE, sources);
            Tensor padded = model.forward(
                    inputs(words, Optional.of(keep), source, Optional.of(sourceKeep)), Context.inference());
            for (int b = 0; b < BATCH; b++) {
                Tensor alone = model.forward(
                        inputs(
                                words.narrow(0, b, 1).narrow(1, 0, lengths[b]),
                                Optional.empty(),
                                source.narrow(0, b, 1).narrow(1, 0, sources[b]),
                                Optional.empty()),
                        Context.inference());
                assertThat(difference(padded.narrow(0, b, 1).narrow(1, 0, lengths[b]), alone))
                        .as("%s: row %s of %s real words, padded against alone", name, b, lengths[b])
                        .isLessThan(EXACT);
            }
        }
    }

    private void survivesNothing() {
        try (Transformer model = model(DType.FLOAT64)) {
            Inputs inputs = inputs(
                    ids(19, BATCH, LENGTH),
                    Optional.of(Grids.keep(LENGTH, 7, 0, 3)),
                    ids(23, BATCH, SOURCE),
                    Optional.of(Grids.keep(SOURCE, 5, 0, 2)));
            for (Context context :
                    List.of(Context.inference(), Context.inference().observed(WATCHING))) {
                model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
                Tensor y = model.forward(inputs, context);
                assertFinite(name, y);
                y.square().sum().backward();
                for (Parameter weight : model.weights()) {
                    weight.tensor()
                            .grad()
                            .ifPresent(gradient -> assertFinite(name + ": gradient of " + weight, gradient));
                    weight.tensor().clearGrad();
                }
            }
        }
    }

    /// Each block twice where it was once, and the same gradients but for the order of a sum; a block that
    /// reports something is refused.
    private void recomputes() {
        try (Transformer model = model(DType.FLOAT64);
                Random random = Random.seeded(5)) {
            model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
            Inputs inputs = inputs(ids(19, BATCH, LENGTH));
            int[] products = {0};
            model.linears().forEach((path, linear) -> {
                if (path.matches("(encoder|decoder)\\.\\d.*") && linear.groups() == 1 && !path.contains("alignment")) {
                    linear.wrap(product -> x -> {
                        products[0]++;
                        return product.apply(x);
                    });
                }
            });
            List<double[]> kept = gradients(model, inputs, Context.training(random));
            int once = products[0];
            random.restore(Random.seeded(5).state());
            List<double[]> again;
            try {
                again = gradients(model, inputs, Context.training(random).recomputing());
            } catch (IllegalArgumentException e) {
                assertThat(e)
                        .hasMessageMatching(".+ reports a (Routing|ExpertUse) to the loss, .+; set recompute=false");
                assertThat(architecture.toJson()).contains("MixtureOfExperts");
                return;
            }
            boolean twice = architecture.toJson().contains("Reversible"); // which computes again in any case
            assertThat(products[0] - once).as(name + ": products").isEqualTo(twice ? once : 2 * once);
            for (int i = 0; i < kept.size(); i++) {
                assertThat(again.get(i))
                        .as("%s: gradient of %s", name, model.weights().get(i))
                        .containsExactly(kept.get(i), within(1e-12));
            }
        }
    }

    private static List<double[]> gradients(Transformer model, Inputs inputs, Context context) {
        try (Lifetime _ = Lifetime.open()) {
            Tensor y = model.forward(inputs, context);
            y.mul(y).sum().backward();
            List<double[]> gradients = model.weights().stream()
                    .map(weight -> weight.tensor().grad().map(Tensor::toDoubles).orElse(new double[0]))
                    .toList();
            model.weights().forEach(weight -> weight.tensor().clearGrad());
            return gradients;
        }
    }

    /// The stream behind each block and the weights of each attention, by their places, and nothing else
    /// changes.
    private void showsItsInsides() {
        try (Transformer model = model(DType.FLOAT64)) {
            Inputs inputs = inputs(ids(19, BATCH, LENGTH));
            List<String> streams = new ArrayList<>();
            List<String> attentions = new ArrayList<>();
            List<String> ends = new ArrayList<>();
            Observer observer = (place, what, tensor) -> {
                switch (what) {
                    case "hidden" -> {
                        streams.add(place.toString());
                        assertThat(tensor.size(-1))
                                .as("%s: width at %s", name, place)
                                .isEqualTo(architecture.width());
                    }
                    case "attention" -> {
                        attentions.add(place.toString());
                        for (double total : tensor.sum(-1, Tensor.Axis.DROPPED).toDoubles()) {
                            assertThat(total)
                                    .as("%s: weights at %s", name, place)
                                    .isCloseTo(1, within(1e-12));
                        }
                    }
                    case "branch" -> assertThat(tensor.rank()).isEqualTo(3); // [B, T, E]
                    case "scores" -> assertThat(tensor.rank()).isEqualTo(4); // [B, H, T, S], before the softmax
                    case "embedding", "output" -> {
                        Stack stack = Objects.requireNonNull(
                                architecture.topology().stacks().get(place.toString()));
                        int width = architecture.width();
                        assertThat(tensor.size(-1)).isEqualTo(what.equals("output") ? stack.leaving(width) : width);
                        ends.add(place + " " + what);
                    }
                    default -> throw new AssertionError(place + " shows " + what);
                }
            };
            Tensor watched = model.forward(inputs, Context.inference().observed(observer));
            assertThat(difference(watched, model.forward(inputs, Context.inference())))
                    .as(name)
                    .isLessThan(EXACT);
            List<String> blocks = new ArrayList<>();
            List<String> branches = new ArrayList<>();
            architecture.topology().stacks().forEach((stack, value) -> {
                List<Block> unrolled = value.unrolled();
                for (int depth = 0; depth < unrolled.size(); depth++) {
                    blocks.add(stack + "." + depth);
                    Map<String, Integer> seen = new LinkedHashMap<>();
                    for (Sublayer sublayer : unrolled.get(depth).sublayers()) {
                        int times = seen.merge(sublayer.name(), 1, Integer::sum);
                        if (attends(sublayer)) {
                            branches.add(stack + "." + depth + "." + sublayer.name() + (times == 1 ? "" : times));
                        }
                    }
                }
            });
            assertThat(ends)
                    .as(name)
                    .isEqualTo(architecture.topology().stacks().keySet().stream()
                            .flatMap(stack -> Stream.of(stack + " embedding", stack + " output"))
                            .toList());
            assertThat(streams).as(name).isEqualTo(blocks);
            assertThat(attentions).as(name).isEqualTo(branches);
        }
    }

    private static boolean attends(Sublayer sublayer) {
        return switch (sublayer) {
            case SelfAttention _, CrossAttention _ -> true;
            case Recur recur ->
                recur.recurrence() instanceof BahdanauRecurrence || recur.recurrence() instanceof LuongRecurrence;
            case Convolve _, Feed _ -> false;
        };
    }

    private void comesBackFromAFile() {
        try (Transformer model = model(DType.FLOAT32)) {
            Path folder = Files.createTempDirectory("attend");
            Path file = folder.resolve("model.safetensors");
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            model.saved().forEach(weight -> tensors.put(weight.name(), weight.tensor()));
            TensorFile.write(file, tensors);
            Inputs inputs = inputs(ids(19, BATCH, LENGTH));
            try (Transformer loaded = Transformer.load(architecture, Checkpoint.open(folder), Device.CPU)) {
                assertThat(loaded.forward(inputs, Context.inference()).toFloats())
                        .as("%s: scores of the loaded model", name)
                        .containsExactly(
                                model.forward(inputs, Context.inference()).toFloats());
            }
            Files.delete(file);
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void comesBackFromJson() {
        Architecture read = Architecture.parse(architecture.toJson());
        assertThat(read).as(name).isEqualTo(architecture);
        assertThat(read.toJson()).isEqualTo(architecture.toJson());
        assertThat(Transformer.parameters(read).stream().map(Parameter::toString))
                .isEqualTo(Transformer.parameters(architecture).stream()
                        .map(Parameter::toString)
                        .toList());
    }

    private Optional<Input> source(int batch, Optional<Tensor> keep) {
        return translates()
                ? Optional.of(new Tokens(ids(23, batch, SOURCE), keep, Optional.empty()))
                : Optional.empty();
    }

    private void stepsAreTheWhole() {
        int length = 41;
        int[][] ways = {{41}, {1, 1, 39}, {31, 1, 1, 1, 7}, {37, 4}, {2, 3, 5, 7, 11, 13}};
        Tensor words = ids(19, BATCH, length);
        Optional<Tensor> sourceKeep = Optional.of(Grids.keep(SOURCE, 2, 5, 3));
        try (Transformer model = model(DType.FLOAT64)) {
            Tensor expected = model.forward(
                    inputs(words, Optional.empty(), ids(23, BATCH, SOURCE), sourceKeep), Context.inference());
            for (int[] way : ways) {
                try (Session session = model.session(source(BATCH, sourceKeep))) {
                    int at = 0;
                    for (int chunk : way) {
                        Tensor scores = session.next(words.narrow(1, at, chunk));
                        at += chunk;
                        assertThat(session.length()).isEqualTo(at);
                        assertThat(difference(scores, expected.select(1, at - 1)))
                                .as("%s in chunks of %s, at %s", name, Arrays.toString(way), at)
                                .isLessThan(EXACT);
                    }
                }
            }
        }
    }

    private void followsSelectedRows() {
        Tensor first = Tensor.of(new long[] {2, 0, 0, 1});
        Tensor second = Tensor.of(new long[] {3, 1});
        Tensor both = first.indexSelect(0, second);
        Tensor words = ids(19, BATCH, LENGTH);
        Tensor source = ids(23, BATCH, SOURCE);
        Tensor sourceKeep = Grids.keep(SOURCE, 2, 5, 3);
        try (Transformer model = model(DType.FLOAT64);
                Session session = model.session(source(BATCH, Optional.of(sourceKeep)))) {
            Tensor chosen = words.indexSelect(0, both);
            Tensor expected = model.forward(
                    inputs(
                            chosen,
                            Optional.empty(),
                            source.indexSelect(0, both),
                            Optional.of(sourceKeep.indexSelect(0, both))),
                    Context.inference());
            session.next(words.narrow(1, 0, 2));
            session.select(first);
            session.next(words.indexSelect(0, first).narrow(1, 2, 1));
            session.select(second);
            Tensor scores = session.next(chosen.narrow(1, 3, 4));
            assertThat(difference(scores, expected.select(1, LENGTH - 1)))
                    .as("%s after selecting rows twice", name)
                    .isLessThan(EXACT);
        }
    }

    /// Sessions that take turns do not disturb each other, nor does one that is closed.
    private void servesManySessions() {
        Tensor words = ids(19, BATCH, LENGTH);
        Tensor others = ids(29, BATCH, LENGTH);
        try (Transformer model = model(DType.FLOAT64)) {
            List<double[]> alone = new ArrayList<>();
            try (Session session = model.session(source(BATCH, Optional.empty()))) {
                for (int t = 0; t < LENGTH; t++) {
                    alone.add(session.next(words.narrow(1, t, 1)).toDoubles());
                }
            }
            try (Session session = model.session(source(BATCH, Optional.empty()))) {
                Session other = model.session(source(BATCH, Optional.empty()));
                for (int t = 0; t < LENGTH; t++) {
                    if (t < 4) {
                        other.next(others.narrow(1, t, 1));
                    } else {
                        other.close();
                    }
                    assertThat(session.next(words.narrow(1, t, 1)).toDoubles())
                            .as("%s: step %s beside another session", name, t)
                            .containsExactly(alone.get(t));
                }
            }
        }
    }
}
