package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Recur;
import io.attend.architecture.Stack;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.NoHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.norm.RmsNorm;
import io.attend.recurrence.SelectiveStateSpace;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Mamba: nothing but selective state spaces behind norms, one in each layer; its words are scored by their
/// table.
@Source(paper = "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", arxiv = "2312.00752")
public record Mamba() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("mamba");
    }

    @Override
    public Mapping read(Config config) {
        // how a model starts, and in which precision a stream of halves is
        config.inert("time_step_scale", "time_step_min", "time_step_max", "time_step_init_scheme", "time_step_floor")
                .inert("rescale_prenorm_residual", "residual_in_fp32", "use_mambapy");
        DecoderTask task = DecoderTask.shared(config).head(classes("Mamba"));
        int width = config.whole("hidden_size", 768);
        int vocabulary = config.whole("vocab_size", 50_280);
        RmsNorm norm = new RmsNorm(config.number("layer_norm_epsilon", 1e-5));
        int inner = config.whole("intermediate_size", (int) (config.number("expand", 2) * width));
        config.inert("expand");
        SelectiveStateSpace space = new SelectiveStateSpace(
                inner,
                config.whole("state_size", 16),
                rank(config, width),
                config.whole("conv_kernel", 4),
                config.choice("hidden_act", "silu", Activations.KNOWN),
                config.flag("use_bias", false) ? Bias.ADDED : Bias.NONE,
                config.flag("use_conv_bias", true) ? Bias.ADDED : Bias.NONE);
        Block block = new Block(List.of(new Recur(space)), norm, new PreNorm(0));
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)),
                Stack.of(config.count("num_hidden_layers", 32), block).finalNorm(norm));
        DecoderTask.Words words = DecoderTask.Words.of(vocabulary, config.flag("tie_word_embeddings", true));
        return task.mapping(config, width, decoder, words, names(task.body("backbone")))
                .layers(new Usage.Layers(false, 0));
    }

    /// The classes of a family that only models language.
    static Map<String, DecoderTask> classes(String family) {
        Map<String, DecoderTask> classes = new LinkedHashMap<>();
        classes.put(DecoderTask.BODY.className(family), DecoderTask.BODY);
        classes.put(DecoderTask.WORDS.className(family), DecoderTask.WORDS);
        return classes;
    }

    private static int rank(Config config, int width) {
        boolean auto = config.tree("time_step_rank")
                .map(rank -> rank.isString() && rank.stringValue().equals("auto"))
                .orElse(true);
        return auto ? Math.ceilDiv(width, 16) : config.whole("time_step_rank");
    }

    private static Names names(String body) {
        String layer = body + "layers.{i}.";
        String mixer = layer + "mixer.";
        String ours = "decoder.{i}.recurrence";
        return new Names()
                .prefix("backbone")
                .map(body + "embeddings.weight", "embedding.token.weight")
                .module(layer + "norm", ours + ".norm")
                .module(mixer + "in_proj", ours + ".input")
                .module(mixer + "conv1d", ours + ".convolution")
                .module(mixer + "x_proj", ours + ".selection")
                .module(mixer + "dt_proj", ours + ".step")
                .map(mixer + "A_log", ours + ".decay")
                .map(mixer + "D", ours + ".skip")
                .module(mixer + "out_proj", ours + ".output")
                .module(body + "norm_f", "decoder.norm");
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (!(architecture.topology() instanceof Decoder(TokenEmbedding embedding, Stack stack))
                || !(embedding.table() instanceof DenseTable table)
                || !(stack.unrolled().getFirst() instanceof Block(var sublayers, RmsNorm norm, var _))
                || !(sublayers.getFirst() instanceof Recur(SelectiveStateSpace space))) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "mamba");
        values.put("architectures", List.of(architecture.head() instanceof NoHead ? "MambaModel" : "MambaForCausalLM"));
        values.put("vocab_size", table.vocabulary());
        values.put("tie_word_embeddings", architecture.head() instanceof TiedHead);
        values.put("hidden_size", architecture.width());
        values.put("intermediate_size", space.inner());
        values.put("expand", (double) space.inner() / architecture.width());
        values.put("state_size", space.state());
        values.put("time_step_rank", space.rank());
        values.put("conv_kernel", space.kernel());
        values.put("hidden_act", Activations.name(space.activation()));
        values.put("use_bias", space.bias() == Bias.ADDED);
        values.put("use_conv_bias", space.convolutionBias() == Bias.ADDED);
        values.put("layer_norm_epsilon", norm.epsilon());
        values.put("num_hidden_layers", stack.unrolled().size());
        return Optional.of(values);
    }
}
