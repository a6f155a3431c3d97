package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.score.DotProduct;
import io.attend.score.ScaledDotProduct;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// GPT-BigCode: GPT-2 whose heads share one key and one value.
@Source(paper = "SantaCoder: don't reach for the stars!", arxiv = "2301.03988")
public record GptBigCode() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gpt_bigcode");
    }

    @Override
    public Mapping read(Config config) {
        config.inert(
                        "attention_softmax_in_fp32",
                        "scale_attention_softmax_in_fp32",
                        "inference_runner") // in float32 alike
                .inert(
                        "validate_runner_input",
                        "pre_allocate_kv_cache",
                        "max_sequence_length",
                        "max_batch_size",
                        "pad_key_length");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("GPTBigCode"));
        int width = config.whole("n_embd", 768);
        int vocabulary = config.whole("vocab_size", 50_257);
        int count = config.count("n_head", 12);
        boolean shared = config.flag("multi_query", true);
        boolean tied = config.flag("tie_word_embeddings", true);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        SoftmaxAttention attention = SoftmaxAttention.of(
                        shared ? Heads.of(count).sharing(1) : Heads.of(count))
                .masked(new Causal())
                .score(config.flag("scale_attn_weights", true) ? new ScaledDotProduct() : new DotProduct())
                .dropout(config.number("attn_pdrop", 0.1));
        DenseFeedForward feed = new DenseFeedForward(
                config.wholeIfGiven("n_inner").orElse(4 * width),
                config.choice("activation_function", "gelu_pytorch_tanh", Activations.KNOWN),
                Bias.ADDED,
                0);
        Block block = new Block(
                List.of(new SelfAttention(attention), new Feed(feed)),
                norm,
                new PreNorm(config.number("resid_pdrop", 0.1)));
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(new LearnedPosition(config.whole("n_positions", 1024)))
                .dropout(config.number("embd_pdrop", 0.1));
        Decoder decoder = new Decoder(
                embedding, Stack.of(config.count("n_layer", 12), block).finalNorm(norm));
        String body = task.body("transformer");
        String layer = body + "h.{i}.";
        Names names = new Names()
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .map(body + "wpe.weight", "embedding.position.weight")
                .module(layer + "ln_1", "decoder.{i}.attention.norm")
                .module(
                        layer + "attn.c_attn",
                        shared ? Layout.ROWS : Layout.rows(count),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(layer + "attn.c_proj", "decoder.{i}.attention.output")
                .module(layer + "ln_2", "decoder.{i}.feed.norm")
                .module(layer + "mlp.c_fc", "decoder.{i}.feed.inner")
                .module(layer + "mlp.c_proj", "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm")
                .ignored(layer + "attn.bias", "the causal mask, which early versions saved");
        return task.mapping(config, width, decoder, DecoderTask.Words.of(vocabulary, tied), names);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = Gpt2.keys(parts, "gpt_bigcode", "GPTBigCode");
            values.put("multi_query", parts.attention().heads().keyValue().isPresent());
            values.put("scale_attn_weights", !(parts.attention().score() instanceof DotProduct));
            return values;
        });
    }
}
