package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
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
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

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
                .inert("logit_scale", "resid_pdrop", "emb_pdrop");
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
                List.of(new SelfAttention(attention), new Feed(feed)), norm, new PreNorm(attention.dropout()));
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)),
                Stack.of(config.whole("n_layers", 24), block).finalNorm(norm));
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
        return task.mapping(config, width, decoder, DecoderTask.Words.of(vocabulary, tied), names);
    }

    private static SoftmaxAttention attention(int heads) {
        return SoftmaxAttention.of(Heads.of(heads))
                .masked(new Causal())
                .position(new Alibi())
                .bias(ProjectionBias.NONE);
    }

    /// Hugging Face's class has ALiBi up to 8 and one causal mask whatever the first keys say, and no norms of
    /// queries and keys.
    private static SoftmaxAttention attention(Config inside, int heads) {
        inside.inert("alibi", "alibi_bias_max", "prefix_lm", "qk_ln", "attn_type", "attn_impl", "model_type")
                .inert("attn_uses_sequence_id")
                .inert("_name_or_path", "transformers_version", "torch_dtype", "output_attentions");
        SoftmaxAttention attention = attention(heads).dropout(inside.number("attn_pdrop", 0));
        OptionalDouble scale = inside.numberIfGiven("softmax_scale");
        double most = inside.number("clip_qkv", 0); // 0 is none
        SoftmaxAttention scaled =
                scale.isPresent() ? attention.score(new FixedScaleDotProduct(scale.getAsDouble())) : attention;
        return most == 0 ? scaled : scaled.clip(most);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.heading("mpt", "Mpt");
            values.put("d_model", parts.width());
            values.put("n_layers", parts.layers());
            values.put("n_heads", parts.heads());
            values.put("layer_norm_epsilon", parts.epsilon());
            Map<String, Object> inside = new LinkedHashMap<>();
            inside.put("attn_pdrop", parts.attention().dropout());
            if (parts.attention().score() instanceof FixedScaleDotProduct(double scale)) {
                inside.put("softmax_scale", scale);
            }
            parts.attention().clip().ifPresent(most -> inside.put("clip_qkv", most));
            values.put("attn_config", inside);
            return values;
        });
    }
}
