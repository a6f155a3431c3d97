package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.architecture.Architecture;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.DiscriminatorHead;
import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.RelativePosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ELECTRA: BERT with words narrower than the stream, as the generator that hides words or the discriminator
/// that finds them.
@Source(paper = "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators", arxiv = "2003.10555")
public record Electra() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("Electra");

    static {
        CLASSES.put("ElectraForCausalLM", Task.NEXT_WORD);
        CLASSES.put("ElectraForPreTraining", Task.REPLACED);
    }

    private static final SequenceSummary SUMMARY = new SequenceSummary("first", true, Optional.of("gelu"), 0.1);

    @Override
    public List<String> modelTypes() {
        return List.of("electra");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder = TextEncoder.of(
                config,
                CLASSES,
                Map.of(
                        "embedding_size", 128,
                        "hidden_size", 256,
                        "num_attention_heads", 4,
                        "intermediate_size", 1024));
        RelativePosition distances = encoder.distances();
        TokenEmbedding embedding = encoder.embedding().position(encoder.places(distances, 0));
        var words = encoder.words(new Gelu()); // whatever hidden_act says
        double dropout = encoder.classifierDropout();
        Head head = switch (encoder.task()) {
            case REPLACED -> new DiscriminatorHead(encoder.activation());
            case CHOICE -> SUMMARY.read(config, SequenceHead.of(1).problem(Problem.CHOICE));
            default -> encoder.head(new NoHead(), words, new Gelu(), dropout);
        };
        SequenceSummary.unread(config);
        return encoder.mapping(
                encoder.inner().map(embedding::inner).orElse(embedding),
                encoder.stack(encoder.block(encoder.attention().position(distances))),
                head,
                encoder.unusedPlaces(names(encoder), "electra", distances));
    }

    private static Names names(TextEncoder encoder) {
        Names names = encoder.layers(encoder.names("electra"), "electra")
                .module(encoder.body("electra") + "embeddings_project", "embedding.projection");
        return switch (encoder.task()) {
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case WORDS, NEXT_WORD ->
                encoder.words(names, "electra", "generator_lm_head", "generator_lm_head.bias")
                        .module("generator_predictions.dense", "head.dense")
                        .module("generator_predictions.LayerNorm", "head.norm");
            case REPLACED ->
                names.module("discriminator_predictions.dense", "head.dense")
                        .module("discriminator_predictions.dense_prediction", "head.replaced");
            case CHOICE ->
                names.module("sequence_summary.summary", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.keys("electra", "Electra");
            values.put("embedding_size", parts.embedding().inner().orElse(parts.width()));
            values.put("classifier_dropout", parts.last());
            parts.summary(values);
            return values;
        });
    }
}
