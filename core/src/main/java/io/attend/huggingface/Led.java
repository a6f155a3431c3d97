package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.SelfAttention;
import io.attend.attention.Attention;
import io.attend.attention.GlobalTokens;
import io.attend.attention.LongformerAttention;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.Embedding;
import io.attend.embedding.TokenEmbedding;
import io.attend.huggingface.BartParts.Defaults;
import io.attend.huggingface.BartParts.Form;
import io.attend.huggingface.BartParts.Kind;
import io.attend.huggingface.BartParts.Norms;
import io.attend.huggingface.BartParts.Task;
import io.attend.layer.Bias;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// LED: BART whose encoder has Longformer's attention.
@Source(paper = "Longformer: The Long-Document Transformer", arxiv = "2004.05150")
public record Led() implements Family {
    private static final Kind KIND = new Kind(
            "led",
            Task.classes("LED", Task.BODY, Task.WORDS, Task.SEQUENCES, Task.SPANS),
            Defaults.BART,
            Norms.BEHIND,
            BartParts.NORM,
            (maximum, _) -> new LearnedPosition(maximum, 0),
            Bias.ADDED,
            new Form("led", Led::reading, names(), OptionalInt.of(16_384)));

    @Override
    public List<String> modelTypes() {
        return List.of("led");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("attention_window");
        Mapping mapping = BartParts.mapping(config, KIND);
        Usage usage = mapping.usage();
        int layers = config.count("encoder_layers", Defaults.BART.encoder().layers());
        return new Mapping(
                mapping.architecture(),
                mapping.names(),
                usage.extras(usage.extras().layout(LongformerParts.maps(LongformerParts.windows(config, layers)))));
    }

    private static List<? extends Attention> reading(Config config, SoftmaxAttention plain, int layers) {
        return LongformerParts.windows(config, layers).stream()
                .map(window -> new LongformerAttention(
                        plain.heads(), window, List.of(), GlobalTokens.GIVEN, plain.dropout()))
                .toList();
    }

    private static Map<String, String> names() {
        Map<String, String> names = new HashMap<>();
        LongformerParts.PROJECTIONS.forEach((theirs, ours) -> names.put("longformer_self_attn." + theirs, ours));
        names.put("output", "output");
        return names;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return BartParts.keys(architecture, KIND).map(values -> {
            if (architecture.topology() instanceof EncoderDecoder both) {
                values.put("max_encoder_position_embeddings", places(both.source()));
                values.put("max_decoder_position_embeddings", places(both.target()));
                var blocks = both.encoder().unrolled();
                if (blocks.getFirst().sublayers().getFirst() instanceof SelfAttention(LongformerAttention attention)) {
                    values.put("encoder_attention_heads", attention.heads().count());
                    values.put("attention_dropout", attention.dropout());
                    values.put("attention_window", LongformerParts.sizes(blocks));
                }
            }
            return values;
        });
    }

    private static int places(Embedding embedding) {
        return embedding instanceof TokenEmbedding tokens && tokens.position() instanceof LearnedPosition places
                ? places.maximum()
                : 0;
    }
}
