package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Recur;
import io.attend.architecture.Stack;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.RwkvChannelMixing;
import io.attend.head.NoHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.recurrence.RwkvTimeMixing;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// RWKV, version 4: time mixing and channel mixing behind norms, and a norm of the embeddings.
///
/// `rescale_every` halves the stream and all that is added to it, so that no norm, and no word's score, notices:
/// it keeps halves from overflowing, is off in training, and changes here only what is shown as hidden states.
/// Hugging Face's class takes padding for text; here it is stepped over.
@Source(paper = "RWKV: Reinventing RNNs for the Transformer Era", arxiv = "2305.13048")
public record Rwkv() implements Family {
    /// What Hugging Face's class ends with, whatever `layer_norm_epsilon` says.
    private static final LayerNorm LAST = new LayerNorm(1e-5, Bias.ADDED);

    @Override
    public List<String> modelTypes() {
        return List.of("rwkv");
    }

    @Override
    public Mapping read(Config config) {
        // a limit of a kernel that is not used here
        config.inert("context_length", "max_position_embeddings");
        DecoderTask task = DecoderTask.shared(config).head(Mamba.classes("Rwkv"));
        int width = config.whole("hidden_size", 4096);
        int vocabulary = config.whole("vocab_size", 50_277);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        Block block = new Block(
                List.of(
                        new Recur(new RwkvTimeMixing(config.whole("attention_hidden_size", width))),
                        new Feed(new RwkvChannelMixing(config.whole("intermediate_size", 4 * width)))),
                norm,
                new PreNorm(0));
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)).norm(norm),
                Stack.of(config.count("num_hidden_layers", 32), block).finalNorm(LAST));
        DecoderTask.Words words = DecoderTask.Words.of(vocabulary, config.flag("tie_word_embeddings", false))
                .scores("head");
        int halving = Math.max(0, config.whole("rescale_every", 6));
        return task.mapping(config, width, decoder, words, names(task.body("rwkv")))
                .layers(new Usage.Layers(false, halving));
    }

    private static Names names(String body) {
        Layout mix = Layout.shaped(shape -> Shape.of(1, 1, shape.count()));
        String block = body + "blocks.{i}.";
        String time = block + "attention.";
        String channel = block + "feed_forward.";
        String recurrence = "decoder.{i}.recurrence.";
        String feed = "decoder.{i}.feed.";
        return new Names()
                .prefix("rwkv")
                .map(body + "embeddings.weight", "embedding.token.weight")
                .module(body + "blocks.0.pre_ln", "embedding.norm")
                .module(block + "ln1", recurrence + "norm")
                .map(time + "time_decay", recurrence + "decay")
                .map(time + "time_first", recurrence + "first")
                .map(time + "time_mix_key", mix, recurrence + "keyMix")
                .map(time + "time_mix_value", mix, recurrence + "valueMix")
                .map(time + "time_mix_receptance", mix, recurrence + "receptanceMix")
                .module(time + "key", recurrence + "key")
                .module(time + "value", recurrence + "value")
                .module(time + "receptance", recurrence + "receptance")
                .module(time + "output", recurrence + "output")
                .module(block + "ln2", feed + "norm")
                .map(channel + "time_mix_key", mix, feed + "keyMix")
                .map(channel + "time_mix_receptance", mix, feed + "receptanceMix")
                .module(channel + "key", feed + "key")
                .module(channel + "receptance", feed + "receptance")
                .module(channel + "value", feed + "value")
                .module(body + "ln_out", "decoder.norm");
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (!(architecture.topology() instanceof Decoder(TokenEmbedding embedding, Stack stack))
                || !(embedding.table() instanceof DenseTable table)
                || !(stack.unrolled().getFirst() instanceof Block(var sublayers, LayerNorm norm, var _))
                || sublayers.size() != 2
                || !(sublayers.get(0) instanceof Recur(RwkvTimeMixing time))
                || !(sublayers.get(1) instanceof Feed(RwkvChannelMixing channel))) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "rwkv");
        values.put("architectures", List.of(architecture.head() instanceof NoHead ? "RwkvModel" : "RwkvForCausalLM"));
        values.put("vocab_size", table.vocabulary());
        values.put("tie_word_embeddings", architecture.head() instanceof TiedHead);
        values.put("hidden_size", architecture.width());
        values.put("attention_hidden_size", time.inner());
        values.put("intermediate_size", channel.hidden());
        values.put("layer_norm_epsilon", norm.epsilon());
        values.put("num_hidden_layers", stack.unrolled().size());
        values.put("rescale_every", 0);
        return Optional.of(values);
    }
}
