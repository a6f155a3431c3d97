package io.attend.huggingface;

import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.attention.FourierMixing;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.FirstPooling;
import io.attend.head.Head;
import io.attend.head.PairHead;
import io.attend.head.PooledHead;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// FNet: BERT with a Fourier transform in place of attention, and a product behind its embeddings.
///
/// Dropout acts before that product here, behind it in Hugging Face's class, and on what the transform adds,
/// where that class has none: only training sees it.
@Source(paper = "FNet: Mixing Tokens with Fourier Transforms", arxiv = "2105.03824")
public record FNet() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("FNet");

    static {
        CLASSES.put("FNetForPreTraining", Task.PRETRAINING);
        CLASSES.put("FNetForNextSentencePrediction", Task.SENTENCES);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("fnet");
    }

    @Override
    public Mapping read(Config config) {
        // the same transform by products of matrices, and the length those are made for
        config.inert("use_tpu_fourier_optimizations", "tpu_short_seq_length");
        config.only("is_decoder", false, "a Fourier transform sees the future");
        TextEncoder encoder = TextEncoder.of(
                config,
                CLASSES,
                Map.of("vocab_size", 32_000, "hidden_act", "gelu_new", "type_vocab_size", 4, "pad_token_id", 3));
        var words = encoder.words(encoder.activation());
        TokenEmbedding embedding = encoder.embedding()
                .position(new LearnedPosition(encoder.whole("max_position_embeddings")))
                .inner(encoder.width());
        Head head = switch (encoder.task()) {
            case PRETRAINING -> new PairHead(words, new Tanh(), 2);
            case SENTENCES -> SequenceHead.of(2).dense(new Tanh());
            default ->
                encoder.head(
                        new PooledHead(new FirstPooling(), Optional.of(new Tanh())),
                        words,
                        new Tanh(),
                        encoder.dropout());
        };
        return encoder.mapping(embedding, encoder.stack(encoder.block(new FourierMixing())), head, names(encoder));
    }

    private static Names names(TextEncoder encoder) {
        String body = encoder.body("fnet");
        String theirs = body + "encoder.layer.{i}.";
        String ours = encoder.block();
        Task task = encoder.task();
        Names names = encoder.names("fnet")
                .module(body + "embeddings.projection", "embedding.projection")
                .module(theirs + "fourier.output.LayerNorm", ours + "attention.norm")
                .module(theirs + "intermediate.dense", ours + "feed.inner")
                .module(theirs + "output.dense", ours + "feed.outer")
                .module(theirs + "output.LayerNorm", ours + "feed.norm")
                .module(task == Task.SENTENCES ? "cls.seq_relationship" : "classifier", "head.classifier")
                .module("cls.seq_relationship", "head.relation");
        if (task == Task.WORDS || task == Task.PRETRAINING) {
            String words = task == Task.PRETRAINING ? "head.words." : "head.";
            encoder.words(names, "fnet", "cls.predictions.decoder", "cls.predictions.bias")
                    .module("cls.predictions.transform.dense", words + "dense")
                    .module("cls.predictions.transform.LayerNorm", words + "norm");
        }
        return switch (task) {
            case WORDS, TOKENS, SPANS -> unusedPooler(names, encoder.width());
            default -> names.module(body + "pooler.dense", "head.dense");
        };
    }

    private static Names unusedPooler(Names names, int width) {
        String reason = "the pooler, which every class saves and this one does without";
        return names.kept("fnet.pooler.dense.weight", Shape.of(width, width), Names.Fresh.ZEROS, reason)
                .kept("fnet.pooler.dense.bias", Shape.of(width), Names.Fresh.ZEROS, reason);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.attention() instanceof FourierMixing)
                .map(parts -> {
                    Map<String, Object> values = parts.keys("fnet", "FNet");
                    values.remove("embedding_size"); // both widths are one
                    return values;
                });
    }
}
