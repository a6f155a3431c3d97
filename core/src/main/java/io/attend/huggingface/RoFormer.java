package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.Rotary;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// RoFormer: BERT with rotary positions, of pairs side by side, and as a decoder too; its table of waves is
/// saved with all sines first.
@Source(paper = "RoFormer: Enhanced Transformer with Rotary Position Embedding", arxiv = "2104.09864")
public record RoFormer() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("RoFormer");

    static {
        CLASSES.put("RoFormerForCausalLM", Task.NEXT_WORD);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("roformer");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder =
                TextEncoder.of(config, CLASSES, Map.of("vocab_size", 50_000, "max_position_embeddings", 1536));
        Rotary rotary = Rotary.of(Rotary.Pairs.INTERLEAVED);
        SoftmaxAttention attention =
                encoder.attention().position(config.flag("rotary_value", false) ? rotary.turningValues() : rotary);
        TokenEmbedding embedding = encoder.embedding();
        Head head = encoder.task() == Task.CHOICE
                ? SequenceSummary.NONE.read(encoder.config(), SequenceHead.of(1).problem(Problem.CHOICE))
                : encoder.head(
                        new NoHead(), encoder.words(encoder.activation()), encoder.activation(), encoder.dropout());
        return encoder.mapping(
                encoder.inner().map(embedding::inner).orElse(embedding),
                encoder.stack(encoder.block(attention)),
                head,
                names(encoder, encoder.width() / attention.heads().count()));
    }

    private static Names names(TextEncoder encoder, int size) {
        Names names = encoder.layers(encoder.names("roformer"), "roformer")
                .module(encoder.body("roformer") + "embeddings_project", "embedding.projection")
                .formula(
                        encoder.body("roformer") + "encoder.embed_positions.weight",
                        Shape.of(encoder.whole("max_position_embeddings"), size),
                        Waves.HALVES,
                        "the table of sinusoidal positions, which a formula gives");
        return switch (encoder.task()) {
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case WORDS, NEXT_WORD ->
                encoder.words(names, "roformer", "cls.predictions.decoder", "cls.predictions.bias")
                        .module("cls.predictions.transform.dense", "head.dense")
                        .module("cls.predictions.transform.LayerNorm", "head.norm");
            case CHOICE ->
                names.module("sequence_summary.summary", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.attention() instanceof SoftmaxAttention attention
                        && attention.position() instanceof Rotary)
                .map(parts -> {
                    Map<String, Object> values = parts.keys("roformer", "RoFormer");
                    Rotary rotary = (Rotary) ((SoftmaxAttention) parts.attention()).position();
                    parts.summary(values);
                    values.put("rotary_value", rotary.turned() == Rotary.Turned.QUERIES_KEYS_AND_VALUES);
                    return values;
                });
    }
}
