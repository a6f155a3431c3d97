package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PreNorm;
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
import io.attend.position.Alibi;
import io.attend.score.FixedScaleDotProduct;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.value.Source;
import java.util.List;

/// MPT: linear penalties for distance, and no biases at all.
@Source(
        paper = "Introducing MPT-7B: A New Standard for Open-Source, Commercially Usable LLMs",
        reference = "MosaicML NLP Team 2023")
public record Mpt() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("mpt");
    }

    @Override
    public Mapping read(Config config) {
        // Hugging Face's class has no biases, no learned positions and four times the width whatever these say
        config.inert("expansion_ratio", "no_bias", "learned_pos_emb", "norm_type", "embedding_fraction", "init_device")
                .inert("verbose", "max_seq_len", "init_config", "name", "use_pad_tok_in_ffn")
                .only("logit_scale", null, "Hugging Face's class does not scale scores of words either");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("Mpt"));
        int width = config.whole("d_model", 2048);
        int vocabulary = config.whole("vocab_size", 50_368);
        int heads = config.whole("n_heads", 16);
        boolean tied = config.flag("tie_word_embeddings", true);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.NONE);
        SoftmaxAttention attention = config.object("attn_config")
                .map(inside -> attention(inside, heads))
                .orElseGet(() -> attention(heads));
        DenseFeedForward feed = new DenseFeedForward(4 * width, new Gelu(), Bias.NONE, 0);
        Block block = new Block(
                List.of(new SelfAttention(attention), new Feed(feed)),
                norm,
                new PreNorm(config.number("resid_pdrop", 0)));
        Architecture architecture = new Architecture(
                        width,
                        new Decoder(
                                TokenEmbedding.of(new DenseTable(vocabulary)).dropout(config.number("emb_pdrop", 0)),
                                Stack.of(config.whole("n_layers", 24), block).finalNorm(norm)),
                        task.head(config, new DecoderTask.Words(vocabulary, tied, Bias.NONE)))
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        String body = task.body("transformer");
        String layer = body + "blocks.{i}.";
        Names names = new Names()
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .module(layer + "norm_1", "decoder.{i}.attention.norm")
                .module(
                        layer + "attn.Wqkv",
                        Layout.ROWS,
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(layer + "attn.out_proj", "decoder.{i}.attention.output")
                .module(layer + "norm_2", "decoder.{i}.feed.norm")
                .module(layer + "ffn.up_proj", "decoder.{i}.feed.inner")
                .module(layer + "ffn.down_proj", "decoder.{i}.feed.outer")
                .module(body + "norm_f", "decoder.norm");
        return new Mapping(architecture, task.names(names, "lm_head", body + "wte.weight", tied), task.usage(config));
    }

    private static SoftmaxAttention attention(int heads) {
        return SoftmaxAttention.of(Heads.of(heads))
                .masked(new Causal())
                .position(new Alibi())
                .bias(ProjectionBias.NONE);
    }

    private static SoftmaxAttention attention(Config inside, int heads) {
        inside.inert("attn_type", "attn_impl", "alibi", "model_type", "attn_uses_sequence_id") // always with penalties
                .inert("_name_or_path", "transformers_version", "torch_dtype", "output_attentions")
                .only("prefix_lm", false, "a prefix that sees all of itself is not read")
                .only("qk_ln", false, "norms of queries and keys are not read")
                .only("clip_qkv", null, "clipped projections are not read");
        Score score = inside.numberIfGiven("softmax_scale").isPresent()
                ? new FixedScaleDotProduct(inside.numberIfGiven("softmax_scale").getAsDouble())
                : new ScaledDotProduct();
        return attention(heads)
                .score(score)
                .position(new Alibi(inside.number("alibi_bias_max", 8), Alibi.Sides.BEHIND, 1))
                .dropout(inside.number("attn_pdrop", 0));
    }
}
