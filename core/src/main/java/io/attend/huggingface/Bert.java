package io.attend.huggingface;

import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.head.FirstPooling;
import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.head.PairHead;
import io.attend.head.PooledHead;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.RelativePosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// BERT: post-norm encoder, learned positions and segments, and a head for every task; with `is_decoder` a
/// decoder.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Bert() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("Bert");

    static {
        CLASSES.put("BertLMHeadModel", Task.NEXT_WORD);
        CLASSES.put("BertForPreTraining", Task.PRETRAINING);
        CLASSES.put("BertForNextSentencePrediction", Task.SENTENCES);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder = TextEncoder.of(config, CLASSES, Map.of());
        RelativePosition distances = encoder.distances();
        var words = encoder.words(encoder.activation());
        double dropout = encoder.classifierDropout();
        // an argument of Hugging Face's class, said of files that have no pooler, as those of GGUF
        Head body = config.flag("add_pooling_layer", true)
                ? new PooledHead(new FirstPooling(), Optional.of(new Tanh()))
                : new NoHead();
        Head head = switch (encoder.task()) {
            case PRETRAINING -> new PairHead(words, new Tanh(), 2);
            case SENTENCES -> SequenceHead.of(2).dense(new Tanh());
            default -> encoder.head(body, words, new Tanh(), dropout);
        };
        return encoder.mapping(
                encoder.embedding().position(encoder.places(distances, 0)),
                encoder.stack(encoder.block(encoder.attention().position(distances))),
                head,
                encoder.unusedPlaces(names(encoder), "bert", distances));
    }

    private static Names names(TextEncoder encoder) {
        Task task = encoder.task();
        Names names = encoder.layers(encoder.names("bert"), "bert");
        if (task == Task.WORDS || task == Task.NEXT_WORD || task == Task.PRETRAINING) {
            String words = task == Task.PRETRAINING ? "head.words." : "head.";
            String unasked = "a head for pairs of texts, which this class does without";
            encoder.words(names, "bert", "cls.predictions.decoder", "cls.predictions.bias")
                    .module("cls.predictions.transform.dense", words + "dense")
                    .module("cls.predictions.transform.LayerNorm", words + "norm")
                    .ignored("cls.seq_relationship.weight", unasked)
                    .ignored("cls.seq_relationship.bias", unasked);
        }
        return names.module(encoder.body("bert") + "pooler.dense", "head.dense")
                .module("cls.seq_relationship", "head.relation")
                .module(task == Task.SENTENCES ? "cls.seq_relationship" : "classifier", "head.classifier");
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.keys("bert", "Bert");
            values.computeIfPresent(
                    "architectures",
                    (_, classes) -> classes.equals(List.of("BertForCausalLM")) ? List.of("BertLMHeadModel") : classes);
            values.put("classifier_dropout", parts.last());
            return values;
        });
    }
}
