package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Stack;
import io.attend.attention.GlobalTokens;
import io.attend.attention.Heads;
import io.attend.attention.LongformerAttention;
import io.attend.head.FirstPooling;
import io.attend.head.PooledHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.mask.SlidingWindow;
import io.attend.norm.NoNorm;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Longformer: RoBERTa whose tokens see a window, but for some that see all: those a call names, or else those
/// the task's class takes.
@Source(paper = "Longformer: The Long-Document Transformer", arxiv = "2004.05150")
public record Longformer() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("Longformer");

    @Override
    public List<String> modelTypes() {
        return List.of("longformer");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder = TextEncoder.of(config, CLASSES, Map.of("pad_token_id", 1));
        // the second line is of converters, and no class of today reads it
        config.inert("onnx_export", "position_embedding_type", "classifier_dropout", "sep_token_id")
                .inert("attention_mode", "attention_dilation", "autoregressive", "ignore_attention_mask");
        int padding = encoder.whole("pad_token_id");
        List<SlidingWindow> windows = LongformerParts.windows(config, encoder.count("num_hidden_layers"));
        GlobalTokens global = global(encoder.task(), config.whole("sep_token_id", 2));
        double dropout = encoder.number("attention_probs_dropout_prob");
        Heads heads = Heads.of(encoder.count("num_attention_heads"));
        Mapping mapping = encoder.mapping(
                encoder.embedding().position(new LearnedPosition(encoder.whole("max_position_embeddings"), padding + 1)),
                new Stack(
                        LongformerParts.segments(
                                windows.stream()
                                        .map(window ->
                                                new LongformerAttention(heads, window, List.of(), global, dropout))
                                        .toList(),
                                encoder::block),
                        new NoNorm()),
                encoder.head(
                        new PooledHead(new FirstPooling(), Optional.of(new Tanh())),
                        encoder.words(new Gelu()), // whatever hidden_act says
                        new Tanh(),
                        encoder.dropout()),
                names(encoder));
        Usage usage = mapping.usage().pad(padding).positions(Usage.Positions.NOT_PADDING);
        return new Mapping(
                mapping.architecture(),
                mapping.names(),
                usage.extras(usage.extras().layout(LongformerParts.maps(windows))));
    }

    private static GlobalTokens global(Task task, int separator) {
        return switch (task) {
            case SEQUENCES -> GlobalTokens.FIRST;
            case SPANS -> GlobalTokens.question(separator);
            case CHOICE -> GlobalTokens.answer(separator);
            default -> GlobalTokens.GIVEN;
        };
    }

    private static Names names(TextEncoder encoder) {
        Names names = encoder.feeds(encoder.names("longformer"), "longformer");
        String theirs = encoder.body("longformer") + "encoder.layer.{i}.attention.self.";
        LongformerParts.PROJECTIONS.forEach(
                (projection, ours) -> names.module(theirs + projection, encoder.block() + "attention." + ours));
        return switch (encoder.task()) {
            case BODY -> names.module("pooler.dense", "head.dense");
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case WORDS ->
                encoder.words(names, "longformer", "lm_head.decoder", "lm_head.bias")
                        .module("lm_head.dense", "head.dense")
                        .module("lm_head.layer_norm", "head.norm");
            case CHOICE ->
                names.module("longformer.pooler.dense", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.keys("longformer", "Longformer");
            if (parts.embedding().position() instanceof LearnedPosition places && places.offset() > 0) {
                values.put("pad_token_id", places.offset() - 1);
            }
            if (parts.attention() instanceof LongformerAttention attention) {
                values.put("num_attention_heads", attention.heads().count());
                values.put("attention_probs_dropout_prob", attention.dropout());
                values.put("attention_window", LongformerParts.sizes(parts.stack().unrolled()));
                attention.global().separator().ifPresent(token -> values.put("sep_token_id", token));
            }
            return values;
        });
    }
}
