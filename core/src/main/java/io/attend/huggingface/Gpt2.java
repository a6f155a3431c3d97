package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Segment;
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
import io.attend.score.FixedScaleDotProduct;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// GPT-2: pre-norm decoder, learned positions, matrices stored as [inputs, outputs], output tied to the table.
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record Gpt2() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gpt2");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("n_ctx", "reorder_and_upcast_attn"); // the same maths, in float32
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("GPT2"));
        boolean tied = config.flag("tie_word_embeddings", true);
        int width = config.whole("n_embd", 768);
        int vocabulary = config.whole("vocab_size", 50_257);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        double dropout = config.number("resid_pdrop", 0.1);
        int heads = config.count("n_head", 12);
        SoftmaxAttention attention =
                SoftmaxAttention.of(Heads.of(heads)).masked(new Causal()).dropout(config.number("attn_pdrop", 0.1));
        Feed feed = new Feed(new DenseFeedForward(
                config.wholeIfGiven("n_inner").orElse(4 * width),
                config.choice("activation_function", "gelu_new", Activations.KNOWN),
                Bias.ADDED,
                0));
        boolean divided = config.flag("scale_attn_weights", true);
        boolean fading = config.flag("scale_attn_by_inverse_layer_idx", false);
        int layers = config.count("n_layer", 12);
        List<Segment> segments = new ArrayList<>();
        for (int layer = 0; layer < (fading ? layers : 1); layer++) {
            double scale = (divided ? 1 / Math.sqrt((double) width / heads) : 1) / (layer + 1);
            Score score = fading && layer > 0
                    ? new FixedScaleDotProduct(scale)
                    : divided ? new ScaledDotProduct() : new DotProduct();
            segments.add(new Segment(
                    fading ? 1 : layers,
                    new Block(List.of(new SelfAttention(attention.score(score)), feed), norm, new PreNorm(dropout))));
        }
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(new LearnedPosition(config.whole("n_positions", 1024)))
                .dropout(config.number("embd_pdrop", 0.1));
        DecoderTask.Words words = DecoderTask.Words.of(vocabulary, tied);
        Architecture architecture = new Architecture(
                        width, new Decoder(embedding, new Stack(segments, norm)), task.head(config, words))
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.SHRUNK));
        return task.mapping(config, architecture, words, names(task.body("transformer")));
    }

    private static Names names(String body) {
        String block = body + "h.{i}.";
        return new Names()
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .map(body + "wpe.weight", "embedding.position.weight")
                .module(block + "ln_1", "decoder.{i}.attention.norm")
                .module(
                        block + "attn.c_attn",
                        Layout.ROWS.transposed(),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(block + "attn.c_proj", Layout.TRANSPOSED, "decoder.{i}.attention.output")
                .module(block + "ln_2", "decoder.{i}.feed.norm")
                .module(block + "mlp.c_fc", Layout.TRANSPOSED, "decoder.{i}.feed.inner")
                .module(block + "mlp.c_proj", Layout.TRANSPOSED, "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm")
                .ignored(block + "attn.bias", "the causal mask, which early versions saved")
                .ignored(block + "attn.masked_bias", "what early versions wrote over hidden scores")
                .ignored("h.{i}.attn.bias", "the same in a file without the prefix")
                .ignored("h.{i}.attn.masked_bias", "the same in a file without the prefix");
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = keys(parts, "gpt2", "GPT2");
            values.put("scale_attn_weights", !(parts.attention().score() instanceof DotProduct));
            values.put(
                    "scale_attn_by_inverse_layer_idx", parts.stack().segments().size() > 1);
            return values;
        });
    }

    /// The keys that go by the names they have in GPT-2.
    static Map<String, Object> keys(DecoderParts parts, String type, String name) {
        Map<String, Object> values = parts.heading(type, name);
        values.put("n_embd", parts.width());
        values.put("n_head", parts.heads());
        values.put("n_inner", parts.hidden());
        values.put("n_layer", parts.layers());
        parts.positions().ifPresent(positions -> values.put("n_positions", positions));
        values.put("activation_function", parts.activation());
        values.put("layer_norm_epsilon", parts.epsilon());
        values.put("attn_pdrop", parts.attention().dropout());
        values.put("resid_pdrop", parts.dropout());
        values.put("embd_pdrop", parts.embedding().dropout());
        return values;
    }
}
