package io.attend.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.TensorFile;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformerTest {
    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    private static Tokens words(int batch, int length) {
        return Tokens.of(Tensor.zeros(Shape.of(batch, length), DType.INT64));
    }

    private static void with(Architecture architecture, Consumer<Transformer> body) {
        try (Transformer model = Transformer.initialize(architecture, 1)) {
            body.accept(model);
        }
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    // ---- what it is given ----

    @Test
    void anEncoderDecoderWantsSourceAndTarget() {
        with(SmallModels.TRANSFORMER, model -> {
            assertRefused(
                    () -> model.forward(Inputs.of(words(3, 5)), Context.inference()),
                    "an encoder-decoder takes a source and a target, and there is no target");
            assertRefused(
                    () -> model.forward(Inputs.of(words(3, 5), words(2, 7)), Context.inference()),
                    "the source has 3 texts, but the target has 2: give as many");
            assertRefused(
                    () -> model.forward(Inputs.of(words(3, 5), words(1, 7)), Context.inference()),
                    "the source has 3 texts, but the target has 1: give as many");
        });
    }

    @Test
    void oneStackTakesNoTarget() {
        with(
                SmallModels.GPT,
                model -> assertRefused(
                        () -> model.forward(Inputs.of(words(3, 5), words(3, 7)), Context.inference()),
                        "this model has one stack, decoder: it takes a source and no target"));
        with(
                SmallModels.BERT,
                model -> assertRefused(
                        () -> model.forward(Inputs.of(words(3, 5), words(3, 7)), Context.inference()),
                        "this model has one stack, encoder: it takes a source and no target"));
    }

    @Test
    void aTokenOutsideTheVocabularyIsNamed() {
        for (long wrong : new long[] {31, -1, Long.MAX_VALUE}) {
            Tokens tokens = Tokens.of(Tensor.of(new long[] {0, 30, wrong, 2}, 2, 2));
            String message =
                    ": there is no token " + wrong + ", only 0 to 30; use the tokenizer the model was trained with";
            with(
                    SmallModels.GPT,
                    model -> assertRefused(
                            () -> model.forward(Inputs.of(tokens), Context.inference()), "embedding.token" + message));
            with(SmallModels.TRANSFORMER, model -> {
                assertRefused(
                        () -> model.forward(Inputs.of(tokens, words(2, 3)), Context.inference()),
                        "source.token" + message);
                assertRefused(
                        () -> model.forward(Inputs.of(words(2, 3), tokens), Context.inference()),
                        "source.token" + message); // the table of the source is the table of the target
            });
        }
    }

    @Test
    void aSegmentTheModelDoesNotKnowIsNamed() {
        Tensor ids = Tensor.zeros(Shape.of(1, 3), DType.INT64);
        Tokens segmented = new Tokens(ids, Optional.empty(), Optional.of(Tensor.of(new long[] {0, 1, 2}, 1, 3)));
        with(
                SmallModels.BERT,
                model -> assertRefused(
                        () -> model.forward(Inputs.of(segmented), Context.inference()),
                        "embedding.segment: there is no segment 2, only 0 to 1; use the tokenizer the model was trained with"));
        with(
                SmallModels.GPT,
                model -> assertRefused(
                        () -> model.forward(Inputs.of(segmented), Context.inference()),
                        "embedding: the tokens name segments, but the model has learned none; leave them out"));
    }

    @Test
    void aTextLongerThanTheModelIsNamed() {
        String message =
                "embedding.position: the text has 62 tokens, but the model has learned only 61 positions; shorten"
                        + " the text or train a model with a larger maximum";
        with(
                SmallModels.GPT,
                model -> assertRefused(() -> model.forward(Inputs.of(words(1, 62)), Context.inference()), message));
        with(
                SmallModels.BERT,
                model -> assertRefused(() -> model.forward(Inputs.of(words(1, 62)), Context.inference()), message));
    }

    @Test
    void tokensAreCheckedWhenTheyAreMade() {
        Tensor ids = Tensor.zeros(Shape.of(3, 5), DType.INT64);
        assertRefused(
                () -> Tokens.of(Tensor.zeros(Shape.of(3, 5), DType.FLOAT32)),
                "token ids must be [B, T] int64, not [3, 5] float32");
        assertRefused(
                () -> Tokens.of(Tensor.zeros(Shape.of(3, 5), DType.INT32)),
                "token ids must be [B, T] int64, not [3, 5] int32");
        assertRefused(
                () -> Tokens.of(Tensor.zeros(Shape.of(5), DType.INT64)),
                "token ids must be [B, T] int64, not [5] int64");
        assertRefused(() -> words(3, 0), "there are no tokens in [3, 0]: give at least one text of at least one token");
        assertRefused(() -> words(0, 5), "there are no tokens in [0, 5]: give at least one text of at least one token");
        assertRefused(
                () -> new Tokens(ids, Optional.of(Tensor.zeros(Shape.of(3, 4), DType.BOOL)), Optional.empty()),
                "keep must be [3, 5] bool like the token ids, not [3, 4] bool");
        assertRefused(
                () -> new Tokens(ids, Optional.of(Tensor.zeros(Shape.of(3, 5), DType.INT64)), Optional.empty()),
                "keep must be [3, 5] bool like the token ids, not [3, 5] int64");
        assertRefused(
                () -> new Tokens(ids, Optional.empty(), Optional.of(Tensor.zeros(Shape.of(1, 5), DType.INT64))),
                "segments must be [3, 5] int64 like the token ids, not [1, 5] int64");
        assertRefused(() -> Tokens.padded(List.of(), 0), "there is no text: give at least one");
        assertRefused(
                () -> Tokens.padded(List.of(new int[0]), 0),
                "there are no tokens in [1, 0]: give at least one text of at least one token");
    }

    @Test
    void paddingIsMarkedWhereThereIsSome() {
        Tokens even = Tokens.padded(List.of(new int[] {5, 6}, new int[] {7, 8}), 0);
        assertThat(even.keep()).isEmpty();
        Tokens ragged = Tokens.padded(List.of(new int[] {5}, new int[] {}, new int[] {7, 8, 9}), 2);
        assertThat(ragged.ids().toLongs()).containsExactly(5, 2, 2, 2, 2, 2, 7, 8, 9);
        assertThat(ragged.keep().orElseThrow().toLongs()).containsExactly(1, 0, 0, 0, 0, 0, 1, 1, 1);
        assertThat(ragged.batch()).isEqualTo(3);
        assertThat(ragged.length()).isEqualTo(3);
    }

    // ---- its numbers ----

    @Test
    void aRecordedModelHasNoNumbers() {
        Parameter recorded = Transformer.parameters(SmallModels.GPT).getFirst();
        assertThatThrownBy(recorded::tensor)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("embedding.token.weight has no numbers: the model was only recorded, or is closed; use"
                        + " Transformer.initialize or Transformer.load");
        Transformer closed = Transformer.initialize(SmallModels.GPT, 1);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.forward(Inputs.of(words(1, 3)), Context.inference()))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("embedding.token.weight has no numbers");
        assertRefused(
                () -> recorded.fill(Tensor.zeros(Shape.of(30, 10), DType.FLOAT32)),
                "embedding.token.weight: the model wants [31, 10], but the tensor is [30, 10]");
    }

    @Test
    void equalSeedsGiveEqualModels() {
        with(
                SmallModels.TRANSFORMER,
                one -> with(SmallModels.TRANSFORMER, two -> {
                    for (int i = 0; i < one.parameters().size(); i++) {
                        Parameter parameter = one.parameters().get(i);
                        assertThat(two.parameters().get(i).tensor().toFloats())
                                .as(parameter.name())
                                .containsExactly(parameter.tensor().toFloats());
                    }
                }));
        try (Transformer one = Transformer.initialize(SmallModels.GPT, 1);
                Transformer other = Transformer.initialize(SmallModels.GPT, 2)) {
            assertThat(one.weights().getFirst().tensor().toFloats())
                    .isNotEqualTo(other.weights().getFirst().tensor().toFloats());
        }
    }

    @Test
    void everyProductIsFoundByItsPath() {
        with(SmallModels.TRANSFORMER, model -> {
            assertThat(model.linears())
                    .hasSize(2 * (4 + 2) + 2 * (4 + 4 + 2) + 1)
                    .containsKeys("encoder.0.attention.query", "decoder.1.cross.output", "decoder.0.feed.inner");
            model.linears()
                    .forEach((path, linear) -> assertThat(linear.weight().name())
                            .isEqualTo(path.equals("head") ? "source.token.weight" : path + ".weight"));
        });
    }

    // ---- files ----

    @Test
    void weightsThatDoNotFitAreAllNamed(@TempDir Path folder) {
        with(SmallModels.GPT, model -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            model.weights().forEach(weight -> tensors.put(weight.name(), weight.tensor()));
            assertThat(tensors.remove("decoder.0.attention.query.weight")).isNotNull();
            tensors.put("decoder.1.feed.inner.bias", Tensor.zeros(Shape.of(14), DType.FLOAT32));
            tensors.put("decoder.norm.bias", Tensor.zeros(Shape.of(10), DType.INT64));
            tensors.put("lm_head.weight", Tensor.zeros(Shape.of(31, 10), DType.FLOAT32));
            TensorFile.write(folder.resolve("model.safetensors"), tensors);
        });
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThatThrownBy(() -> Transformer.load(SmallModels.GPT, checkpoint, Device.CPU))
                .isExactlyInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": the weights do not fit the architecture:"
                        + " decoder.0.attention.query.weight is missing;"
                        + " decoder.1.feed.inner.bias is [14], but the architecture wants [13];"
                        + " decoder.norm.bias is int64, but weights are floating-point;"
                        + " lm_head.weight has no place in the architecture."
                        + " Use the architecture.json the weights were saved with");
    }

    @Test
    void aWholeOtherModelIsToldInOneLine(@TempDir Path folder) {
        with(SmallModels.BERT, model -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            model.weights().forEach(weight -> tensors.put(weight.name(), weight.tensor()));
            TensorFile.write(folder.resolve("model.safetensors"), tensors);
        });
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThatThrownBy(() -> Transformer.load(SmallModels.GPT, checkpoint, Device.CPU))
                .isExactlyInstanceOf(CheckpointException.class)
                .hasMessageContaining("; and ")
                .hasMessageContaining(" more. Use the architecture.json")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600).doesNotContain("\n"));
    }

    // ---- threads ----

    @Test
    void threadsShareOneModel() throws Exception {
        try (Transformer model = Transformer.initialize(SmallModels.TRANSFORMER, 1);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<float[]>> results = new ArrayList<>();
            Callable<float[]> writes = () -> {
                try (Lifetime _ = Lifetime.open();
                        Session session = model.session(Optional.<Input>of(words(3, 5)))) {
                    float[] last = new float[0];
                    for (int step = 0; step < 11; step++) {
                        last = session.next(words(3, 1).ids()).toFloats();
                    }
                    return last;
                }
            };
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(writes));
            }
            float[] first = results.getFirst().get();
            for (Future<float[]> result : results) {
                assertThat(result.get()).containsExactly(first);
            }
        }
    }
}
