package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Feed;
import io.attend.architecture.Stack;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.huggingface.T5Parts.Task;
import io.attend.layer.Bias;
import io.attend.router.FixedCapacity;
import io.attend.router.SequenceBalance;
import io.attend.router.SequenceZ;
import io.attend.router.SwitchRouter;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// The Switch Transformer: T5 whose every few layers have many feed-forwards, of which each word takes one.
@Source(
        paper = "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        arxiv = "2101.03961")
public record Switch() implements Family {
    private static final String NAME = "SwitchTransformers";

    /// Products of dense layers and of sparse ones, which have the same name in different layers.
    private static final Map<String, String> PRODUCTS = new LinkedHashMap<>(T5Parts.DENSE);

    static {
        PRODUCTS.put("router.classifier", "router");
        PRODUCTS.put("experts.expert_{j}.wi", "experts.{j}.inner");
        PRODUCTS.put("experts.expert_{j}.wo", "experts.{j}.outer");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("switch_transformers");
    }

    @Override
    public Mapping read(Config config) {
        // padding is routed whatever router_ignore_padding_tokens says; jitter is of training, and not applied here
        config.inert("is_gated_act", "add_router_probs", "router_ignore_padding_tokens", "router_jitter_noise")
                .inert("output_router_logits", "classifier_dropout")
                .only("router_dtype", "float32", "scores of experts are always made so");
        Task task = config.head(Task.classes(NAME, Task.BODY, Task.WORDS, Task.ENCODER));
        T5Parts parts = T5Parts.read(config, 768, 12, 32_128);
        boolean tied = config.flag("tie_word_embeddings", true);
        Activation activation = config.choice("dense_act_fn", "relu", Activations.KNOWN);
        FeedForward dense = new DenseFeedForward(config.whole("d_ff", 2048), activation, Bias.NONE, parts.dropout());
        FeedForward sparse = new MixtureOfExperts(
                config.whole("num_experts", 8),
                new SwitchRouter(
                        new FixedCapacity(config.whole("expert_capacity", 64)),
                        SwitchRouter.Overflow.PASSED,
                        SwitchRouter.Padding.ROUTED,
                        config.flag("router_bias", false) ? Bias.ADDED : Bias.NONE),
                dense);
        Usage usage = Usage.PLAIN.tokens(config, 0, config.wholeIfGiven("decoder_start_token_id"));
        double scores = config.number("router_z_loss_coef", 0.001);
        double balance = config.number("router_aux_loss_coef", 0.001);
        Map<String, List<FeedForward>> feeds = new LinkedHashMap<>();
        for (String side : List.of("encoder", "decoder")) {
            int layers = config.count(side.equals("encoder") ? "num_layers" : "num_decoder_layers", 12);
            int step = step(config, side, layers);
            List<FeedForward> all = IntStream.range(0, layers)
                    .mapToObj(i -> step == 1 || step > 1 && i % step == 1 ? sparse : dense)
                    .toList();
            feeds.put(side, all);
            // where every layer is sparse, Hugging Face's class forgets the losses of the stack
            if (step > 1 && all.contains(sparse) && task == Task.WORDS) {
                usage = usage.auxiliary(new Usage.Auxiliary(side + "_z_loss", side, new SequenceZ(), scores))
                        .auxiliary(new Usage.Auxiliary(side + "_aux_loss", side, new SequenceBalance(), balance));
            }
        }
        Architecture architecture = new Architecture(
                parts.width(),
                parts.topology(task, feeds.get("encoder"), feeds.get("decoder")),
                parts.head(config, task, tied));
        return new Mapping(
                architecture, T5Parts.names(task, tied, "mlp", PRODUCTS).prefix("switch_transformers"), usage);
    }

    /// Every how many layers there are experts. It follows from the number of such layers, but is also written
    /// beside it, and read from there first.
    private static int step(Config config, String side, int layers) {
        int sparse = config.whole("num_sparse_" + side + "_layers", 3);
        return config.whole(side + "_sparse_step", sparse > 0 ? layers / sparse : layers);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return T5Parts.keys(architecture).map(values -> {
            values.put("model_type", "switch_transformers");
            values.put("architectures", List.of(T5Parts.task(architecture).className(NAME)));
            architecture.topology().stacks().forEach((name, stack) -> stack(values, name, stack));
            return values;
        });
    }

    private static void stack(Map<String, Object> values, String name, Stack stack) {
        List<Integer> sparse = new ArrayList<>();
        List<Block> blocks = stack.unrolled();
        for (int i = 0; i < blocks.size(); i++) {
            switch (blocks.get(i).sublayers().getLast()) {
                case Feed(MixtureOfExperts(int experts, SwitchRouter router, DenseFeedForward expert)) -> {
                    sparse.add(i);
                    values.put("num_experts", experts);
                    values.put("router_bias", router.bias() == Bias.ADDED);
                    if (router.capacity() instanceof FixedCapacity(int tokens)) {
                        values.put("expert_capacity", tokens);
                    }
                    dense(values, expert);
                }
                case Feed(DenseFeedForward dense) -> dense(values, dense);
                default -> {}
            }
        }
        values.put("num_sparse_" + name + "_layers", sparse.size());
        values.put(
                name + "_sparse_step",
                switch (sparse.size()) {
                    case 0 -> 0;
                    case 1 -> sparse.get(0) == 0 ? 1 : Math.max(2, blocks.size());
                    default -> sparse.get(1) - sparse.get(0);
                });
    }

    private static void dense(Map<String, Object> values, DenseFeedForward feed) {
        values.put("d_ff", feed.hidden());
        values.put("dense_act_fn", Activations.name(feed.activation()));
    }
}
