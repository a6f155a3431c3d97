package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.ParallelNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.Rotary;
import io.attend.value.Source;
import java.util.List;

/// GPT-J: attention and feed-forward side by side behind one norm, rotary positions in neighbouring pairs.
@Source(
        paper = "GPT-J-6B: A 6 Billion Parameter Autoregressive Language Model",
        reference = "Wang and Komatsuzaki 2021")
public record GptJ() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gptj");
    }

    @Override
    public Mapping read(Config config) {
        DecoderTask task = task(config, "GPTJ");
        Architecture architecture = architecture(config, task);
        String body = task.body("transformer");
        String layer = body + "h.{i}.attn.";
        Names names = names(body)
                .module(layer + "q_proj", "decoder.{i}.attention.query")
                .module(layer + "k_proj", "decoder.{i}.attention.key")
                .module(layer + "v_proj", "decoder.{i}.attention.value");
        boolean tied = config.flag("tie_word_embeddings", false);
        return new Mapping(architecture, task.names(names, "lm_head", body + "wte.weight", tied), task.usage(config));
    }

    static DecoderTask task(Config config, String name) {
        return DecoderTask.shared(config)
                .inert("summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels")
                .inert("summary_first_dropout", "n_ctx", "n_positions") // rotary positions have no longest text
                .head(DecoderTask.classes(name));
    }

    /// What GPT-J and CodeGen are.
    static Architecture architecture(Config config, DecoderTask task) {
        int width = config.whole("n_embd", 4096);
        int vocabulary = config.whole("vocab_size", 50_400);
        int heads = config.count("n_head", 16);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        Rotary rotary = Rotary.of(Rotary.Pairs.INTERLEAVED);
        // null is the whole head
        int turned = config.names("rotary_dim") ? config.whole("rotary_dim", width / heads) : 64;
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(heads))
                .masked(new Causal())
                .position(rotary.size(turned))
                .bias(ProjectionBias.NONE)
                .dropout(config.number("attn_pdrop", 0));
        DenseFeedForward feed = new DenseFeedForward(
                config.wholeIfGiven("n_inner").orElse(4 * width),
                config.choice("activation_function", "gelu_new", Activations.KNOWN),
                Bias.ADDED,
                0);
        Block block = new Block(
                List.of(new SelfAttention(attention), new Feed(feed)),
                norm,
                new ParallelNorm(ParallelNorm.Norms.SHARED, config.number("resid_pdrop", 0)));
        return new Architecture(
                        width,
                        new Decoder(
                                TokenEmbedding.of(new DenseTable(vocabulary)).dropout(config.number("embd_pdrop", 0)),
                                Stack.of(config.count("n_layer", 28), block).finalNorm(norm)),
                        task.head(
                                config,
                                new DecoderTask.Words(
                                        vocabulary, config.flag("tie_word_embeddings", false), Bias.ADDED)))
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
    }

    /// What both call alike.
    static Names names(String body) {
        String layer = body + "h.{i}.";
        return new Names()
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .module(layer + "ln_1", "decoder.{i}.norm")
                .module(layer + "attn.out_proj", "decoder.{i}.attention.output")
                .module(layer + "mlp.fc_in", "decoder.{i}.feed.inner")
                .module(layer + "mlp.fc_out", "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm")
                .ignored(layer + "attn.bias", "the causal mask, which early versions saved")
                .ignored(layer + "attn.masked_bias", "what early versions wrote over hidden scores")
                .ignored(layer + "attn.causal_mask", "the causal mask, which early versions saved");
    }
}
