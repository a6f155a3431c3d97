package io.attend.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.activation.Activation;
import io.attend.activation.Gelu;
import io.attend.activation.GeluTanh;
import io.attend.attention.DisentangledAttention.Projections;
import io.attend.attention.DisentangledAttention.Terms;
import io.attend.checkpoint.TensorFile;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.norm.LayerNorm;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Single layers of tiny models, with the weights, inputs and results of Hugging Face transformers 4.46:
/// attention, norm, feed-forward, norm.
class HuggingFaceLayersTest {
    private static final int WIDTH = 32;
    private static final Path FIXTURES = Path.of("src", "test", "resources", "golden", "layers");

    /// One layer of a fixture: what it is built of and what its tensors are called there.
    private record Reference(
            String name,
            Attention attention,
            Activation activation,
            double epsilon,
            Function<Map<String, Tensor>, Map<String, Tensor>> weights) {
        /// Compares layers `first` ... of the model, at all positions that are not padding.
        void check(int first, int layers) {
            try (Lifetime _ = Lifetime.open()) {
                Map<String, Tensor> expected =
                        TensorFile.read(FIXTURES.resolve(name).resolve("expected.safetensors"));
                Map<String, Tensor> theirs =
                        TensorFile.read(FIXTURES.resolve(name).resolve("model.safetensors"));
                Optional<Tensor> keep =
                        Optional.ofNullable(expected.get("in.attention_mask")).map(mask -> mask.ne(0));
                for (int layer = first; layer < layers; layer++) {
                    List<Tensor> weights = new ArrayList<>();
                    Context context = Context.inference().padded(keep).observed((_, what, tensor) -> {
                        if (what.equals("attention")) {
                            weights.add(tensor);
                        }
                    });
                    Tensor x = tensor(expected, "out.hidden." + layer);
                    Tensor y = apply(x, renamed(weights(theirs, layer)), context);
                    Tensor plain = apply(
                            x,
                            renamed(weights(theirs, layer)),
                            Context.inference().padded(keep));
                    compare("layer " + layer, y, tensor(expected, "out.hidden." + (layer + 1)), keep);
                    compare("unobserved layer " + layer, plain, y, keep);
                    Tensor attention = expected.get("out.attention." + layer);
                    if (attention != null) {
                        compare(
                                "attention of layer " + layer,
                                weights.getFirst().transpose(1, 2),
                                attention.transpose(1, 2),
                                keep);
                    }
                }
            }
        }

        private Map<String, Tensor> weights(Map<String, Tensor> theirs, int layer) {
            Map<String, Tensor> found = new java.util.HashMap<>();
            theirs.forEach((name, tensor) -> {
                for (String root : List.of("encoder.layer." + layer + ".", "encoder.layers." + layer + ".")) {
                    if (name.startsWith(root)) {
                        found.put(name.substring(root.length()), tensor);
                    }
                }
                if (name.startsWith("encoder.rel_embeddings") || name.startsWith("encoder.LayerNorm")) {
                    found.put(name, tensor);
                }
            });
            return found;
        }

        private Map<String, Tensor> renamed(Map<String, Tensor> theirs) {
            return weights.apply(theirs);
        }

        private Tensor apply(Tensor x, Map<String, Tensor> ours, Context context) {
            Parameters parameters = Parameters.root();
            int hidden = (int) tensor(ours, "feed.inner.weight").size(0);
            LayerNorm norm = new LayerNorm(epsilon, Bias.ADDED);
            Layer attends = attention.self(parameters.in("attention"), Site.width(WIDTH));
            Layer attended = norm.build(parameters.in("attention").in("normed"), WIDTH);
            Layer feeds = new DenseFeedForward(hidden, activation, Bias.ADDED, 0).build(parameters.in("feed"), WIDTH);
            Layer fed = norm.build(parameters.in("feed").in("normed"), WIDTH);
            for (Parameter parameter : parameters.all()) {
                parameter.fill(tensor(ours, parameter.name()));
            }
            assertThat(ours.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            parameters.all().stream().map(Parameter::name).toList());
            Tensor stream = attended.forward(x.add(attends.forward(x, context)), context);
            return fed.forward(stream.add(feeds.forward(stream, context)), context);
        }

        private void compare(String what, Tensor actual, Tensor expected, Optional<Tensor> keep) {
            Tensor real =
                    keep.orElseGet(() -> Tensor.ones(Shape.of(expected.size(0), expected.size(1)), DType.FLOAT32));
            double[] kept = real.toDoubles();
            double[] a = actual.toDoubles();
            double[] b = expected.toDoubles();
            assertThat(actual.shape()).isEqualTo(expected.shape());
            int row = a.length / kept.length;
            double most = 0;
            double scale = 0;
            for (int i = 0; i < a.length; i++) {
                if (kept[i / row] != 0) {
                    most = Math.max(most, Math.abs(a[i] - b[i]));
                    scale = Math.max(scale, Math.abs(b[i]));
                }
            }
            assertThat(most)
                    .as("%s: %s, of numbers up to %s", name, what, scale)
                    .isLessThan(2e-6 * scale + 2e-6);
        }
    }

    private static Tensor tensor(Map<String, Tensor> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    /// Renames `their -> our` stems, each with the weight and bias it has.
    private static Map<String, Tensor> rename(Map<String, Tensor> theirs, String... pairs) {
        Map<String, Tensor> ours = new java.util.HashMap<>();
        for (String pair : pairs) {
            String[] names = pair.split(" -> ", -1);
            for (String part : List.of(".weight", ".bias")) {
                if (theirs.containsKey(names[0] + part)) {
                    ours.put(names[1] + part, tensor(theirs, names[0] + part));
                }
            }
        }
        return ours;
    }

    private static final String[] REST = {
        "attention.output.dense -> attention.output",
        "attention.output.LayerNorm -> attention.normed",
        "intermediate.dense -> feed.inner",
        "output.dense -> feed.outer",
        "output.LayerNorm -> feed.normed",
        "encoder.rel_embeddings -> relative",
        "encoder.LayerNorm -> relative.norm"
    };

    private static Map<String, Tensor> rest(Map<String, Tensor> theirs, String... pairs) {
        Map<String, Tensor> ours = rename(theirs, REST);
        ours.putAll(rename(theirs, pairs));
        return ours;
    }

    @Test
    void debertaOfTheSecondVersion() {
        new Reference(
                        "deberta-v2-base",
                        new DisentangledAttention(
                                Heads.of(4),
                                RelativeTable.upTo(64).buckets(8).norm(new LayerNorm(1e-7, Bias.ADDED)),
                                Terms.BOTH,
                                Projections.SHARED,
                                ProjectionBias.ADDED,
                                0),
                        new Gelu(),
                        1e-7,
                        theirs -> rest(
                                theirs,
                                "attention.self.query_proj -> attention.query",
                                "attention.self.key_proj -> attention.key",
                                "attention.self.value_proj -> attention.value"))
                .check(0, 2);
    }

    /// Behind its first layer there is a convolution besides, so only the second is compared.
    @Test
    void debertaWithProjectionsOfItsOwn() {
        new Reference(
                        "deberta-v2-unshared-conv",
                        new DisentangledAttention(
                                Heads.of(4),
                                RelativeTable.upTo(16).norm(new LayerNorm(1e-7, Bias.ADDED)),
                                Terms.BOTH,
                                Projections.OWN,
                                ProjectionBias.ADDED,
                                0),
                        new Gelu(),
                        1e-7,
                        theirs -> rest(
                                theirs,
                                "attention.self.query_proj -> attention.query",
                                "attention.self.key_proj -> attention.key",
                                "attention.self.value_proj -> attention.value",
                                "attention.self.pos_key_proj -> attention.position.key",
                                "attention.self.pos_query_proj -> attention.position.query"))
                .check(1, 2);
    }

    /// The first version fuses query, key and value, head by head.
    @Test
    void debertaOfTheFirstVersion() {
        new Reference(
                        "deberta-v1-base",
                        new DisentangledAttention(
                                Heads.of(4),
                                RelativeTable.upTo(12),
                                Terms.BOTH,
                                Projections.OWN,
                                ProjectionBias.ALL_BUT_KEY,
                                0),
                        new Gelu(),
                        1e-7,
                        theirs -> {
                            Map<String, Tensor> ours = rest(
                                    theirs,
                                    "attention.self.pos_proj -> attention.position.key",
                                    "attention.self.pos_q_proj -> attention.position.query");
                            Tensor fused = tensor(theirs, "attention.self.in_proj.weight")
                                    .reshape(4, 3, 8, WIDTH);
                            ours.put(
                                    "attention.query.weight", fused.select(1, 0).reshape(WIDTH, WIDTH));
                            ours.put("attention.key.weight", fused.select(1, 1).reshape(WIDTH, WIDTH));
                            ours.put(
                                    "attention.value.weight", fused.select(1, 2).reshape(WIDTH, WIDTH));
                            ours.put("attention.query.bias", tensor(theirs, "attention.self.q_bias"));
                            ours.put("attention.value.bias", tensor(theirs, "attention.self.v_bias"));
                            return ours;
                        })
                .check(0, 2);
    }

    /// Its convolutions run over padding too.
    @Test
    void convBert() {
        new Reference(
                        "convbert-base",
                        new MixedAttention(Heads.of(2), 5, MixedAttention.Padding.SEEN, 0),
                        new Gelu(),
                        1e-12,
                        theirs -> {
                            Map<String, Tensor> ours = rest(
                                    theirs,
                                    "attention.self.query -> attention.query",
                                    "attention.self.key -> attention.key",
                                    "attention.self.value -> attention.value",
                                    "attention.self.conv_kernel_layer -> attention.span.kernel",
                                    "attention.self.conv_out_layer -> attention.span.value");
                            String convolution = "attention.self.key_conv_attn_layer.";
                            ours.put(
                                    "attention.span.depthwise",
                                    tensor(theirs, convolution + "depthwise.weight")
                                            .squeeze(1));
                            ours.put(
                                    "attention.span.pointwise.weight",
                                    tensor(theirs, convolution + "pointwise.weight")
                                            .squeeze(2));
                            ours.put(
                                    "attention.span.pointwise.bias",
                                    tensor(theirs, convolution + "bias").squeeze(1));
                            return ours;
                        })
                .check(0, 2);
    }

    /// Its feed-forward is grouped as well: here as a dense one whose other weights are zero.
    @Test
    void squeezeBert() {
        new Reference(
                        "squeezebert-base",
                        SoftmaxAttention.of(Heads.of(4)).groups(ProjectionGroups.inputs(2)),
                        new Gelu(),
                        1e-12,
                        theirs -> {
                            Map<String, Tensor> ours = rename(
                                    theirs,
                                    "attention.query -> attention.query",
                                    "attention.key -> attention.key",
                                    "attention.value -> attention.value",
                                    "post_attention.conv1d -> attention.output",
                                    "post_attention.layernorm -> attention.normed",
                                    "intermediate.conv1d -> feed.inner",
                                    "output.conv1d -> feed.outer",
                                    "output.layernorm -> feed.normed");
                            ours.replaceAll((_, tensor) -> tensor.rank() == 3 ? tensor.squeeze(2) : tensor);
                            ours.computeIfPresent("feed.inner.weight", (_, weight) -> dense(weight, 4));
                            ours.computeIfPresent("feed.outer.weight", (_, weight) -> dense(weight, 4));
                            return ours;
                        })
                .check(0, 2);
    }

    private static Tensor dense(Tensor grouped, int groups) {
        long outputs = grouped.size(0) / groups;
        long inputs = grouped.size(1);
        Tensor dense = Tensor.zeros(Shape.of(grouped.size(0), inputs * groups), DType.FLOAT32);
        for (int group = 0; group < groups; group++) {
            dense.narrow(0, group * outputs, outputs)
                    .narrow(1, group * inputs, inputs)
                    .copy_(grouped.narrow(0, group * outputs, outputs));
        }
        return dense;
    }

    @Test
    void fNet() {
        new Reference(
                        "fnet-base",
                        new FourierMixing(),
                        new GeluTanh(),
                        1e-12,
                        theirs -> rest(theirs, "fourier.output.LayerNorm -> attention.normed"))
                .check(0, 2);
    }

    /// All distances within 40 positions, bucketed by Hugging Face's own code.
    @Test
    void bucketsOfDeberta() {
        try (Lifetime _ = Lifetime.open()) {
            Map<String, Tensor> given =
                    TensorFile.read(Path.of("src", "test", "resources", "golden", "deberta.safetensors"));
            for (int[] sizes : new int[][] {{8, 64}, {16, 32}}) {
                RelativeTable table = RelativeTable.upTo(sizes[1]).buckets(sizes[0]);
                double[][][] expected = Grids.of(tensor(given, "deberta_log_bucket." + sizes[0] + "." + sizes[1])
                        .unsqueeze(0));
                for (int query = 0; query < 40; query++) {
                    for (int key = 0; key < 40; key++) {
                        double row = Math.clamp(expected[0][query][key] + sizes[0], 0, 2 * sizes[0] - 1);
                        assertThat(table.row(query - key))
                                .as("%s buckets up to %s, distance %s", sizes[0], sizes[1], query - key)
                                .isEqualTo((long) row);
                    }
                }
            }
        }
    }
}
