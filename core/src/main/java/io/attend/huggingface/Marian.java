package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.EncoderDecoder;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.huggingface.BartParts.Defaults;
import io.attend.huggingface.BartParts.Kind;
import io.attend.huggingface.BartParts.Norms;
import io.attend.huggingface.BartParts.Task;
import io.attend.huggingface.BartParts.Words;
import io.attend.layer.Bias;
import io.attend.norm.NoNorm;
import io.attend.position.SinusoidalPosition;
import io.attend.position.SinusoidalPosition.Order;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Marian: BART with sinusoidal positions and no norm behind the embeddings; the two sides may have a table of
/// words each.
@Source(paper = "Marian: Fast Neural Machine Translation in C++", arxiv = "1804.00344")
public record Marian() implements Family {
    private static final Kind KIND = new Kind(
            "marian",
            classes(),
            Defaults.BART.vocabulary(58_101).tokens(58_100, 58_100),
            Norms.BEHIND,
            new NoNorm(),
            (_, _) -> new SinusoidalPosition(Order.HALVES),
            Bias.ADDED);

    private static Map<String, Task> classes() {
        Map<String, Task> classes = Task.classes("Marian", Task.BODY, Task.NEXT_WORD);
        classes.put("MarianMTModel", Task.WORDS);
        return classes;
    }

    @Override
    public List<String> modelTypes() {
        return List.of("marian");
    }

    @Override
    public Mapping read(Config config) {
        int source = config.whole("vocab_size", KIND.defaults().vocabulary());
        int target = config.whole("decoder_vocab_size", source);
        boolean shared = config.flag("share_encoder_decoder_embeddings", true);
        boolean alone = config.head(KIND.classes()) == Task.NEXT_WORD;
        if (shared && !alone && target != source) {
            throw config.refuse("decoder_vocab_size", source + ", as vocab_size, where both sides share one table");
        }
        Mapping mapping =
                BartParts.mapping(config, KIND, new Words(table(config, source), table(config, target), shared));
        for (String name : List.of("encoder", "decoder", "model.encoder", "model.decoder")) {
            mapping.names().ignored(name + ".embed_positions.weight", "sines, which early versions saved");
        }
        return mapping;
    }

    private static DenseTable table(Config config, int vocabulary) {
        return new DenseTable(
                vocabulary, config.padding("pad_token_id", KIND.defaults().pad(), vocabulary));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return BartParts.keys(architecture, KIND).map(values -> {
            if (architecture.topology() instanceof EncoderDecoder both
                    && both.target() instanceof TokenEmbedding embedding
                    && embedding.table() instanceof DenseTable table) {
                values.put("share_encoder_decoder_embeddings", false);
                values.put("decoder_vocab_size", table.vocabulary());
            }
            return values;
        });
    }
}
