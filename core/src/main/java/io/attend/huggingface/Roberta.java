package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.head.FirstPooling;
import io.attend.head.PooledHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.LearnedPosition;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// RoBERTa, XLM-RoBERTa and CamemBERT: BERT whose words are numbered from behind the padding token, with
/// heads of its own.
///
/// Where Hugging Face's class trains it also drops from what enters the product of the sequence head; here
/// dropout stands behind that product alone.
@Source(paper = "RoBERTa: A Robustly Optimized BERT Pretraining Approach", arxiv = "1907.11692")
public record Roberta() implements Family {
    private static final Map<String, String> NAMES =
            Map.of("roberta", "Roberta", "xlm-roberta", "XLMRoberta", "camembert", "Camembert");

    @Override
    public List<String> modelTypes() {
        return List.of("roberta", "xlm-roberta", "camembert");
    }

    @Override
    public Mapping read(Config config) {
        String name = NAMES.getOrDefault(config.modelType(), "Roberta");
        Map<String, Task> classes = TextEncoder.classes(name);
        classes.put(name + "ForCausalLM", Task.NEXT_WORD);
        TextEncoder encoder = TextEncoder.of(
                config,
                classes,
                Map.of("pad_token_id", 1, "vocab_size", config.modelType().equals("roberta") ? 50_265 : 30_522));
        config.inert("classifier_dropout");
        RelativePosition distances = encoder.distances();
        int padding = encoder.whole("pad_token_id");
        Mapping mapping = encoder.mapping(
                encoder.embedding().position(encoder.places(distances, padding + 1)),
                encoder.stack(encoder.block(encoder.attention().position(distances))),
                encoder.head(
                        new PooledHead(new FirstPooling(), Optional.of(new Tanh())),
                        encoder.words(new Gelu()), // whatever hidden_act says
                        new Tanh(),
                        encoder.task() == Task.CHOICE ? encoder.dropout() : encoder.classifierDropout()),
                encoder.unusedPlaces(names(encoder), "roberta", distances));
        Usage usage = mapping.usage().pad(padding);
        return new Mapping(
                mapping.architecture(),
                mapping.names(),
                distances instanceof NoPosition ? usage.positions(Usage.Positions.NOT_PADDING) : usage);
    }

    private static Names names(TextEncoder encoder) {
        Names names = encoder.layers(encoder.names("roberta"), "roberta");
        return switch (encoder.task()) {
            case BODY -> names.module("pooler.dense", "head.dense");
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case WORDS, NEXT_WORD ->
                encoder.words(names, "roberta", "lm_head.decoder", "lm_head.bias")
                        .module("lm_head.dense", "head.dense")
                        .module("lm_head.layer_norm", "head.norm");
            case CHOICE -> names.module("roberta.pooler.dense", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.keys("roberta", "Roberta");
            if (parts.embedding().position() instanceof LearnedPosition places && places.offset() > 0) {
                values.put("pad_token_id", places.offset() - 1);
            }
            values.put(parts.chooses() ? "hidden_dropout_prob" : "classifier_dropout", parts.last());
            return values;
        });
    }
}
