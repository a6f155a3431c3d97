package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.huggingface.BartParts.Defaults;
import io.attend.huggingface.BartParts.Kind;
import io.attend.huggingface.BartParts.Norms;
import io.attend.huggingface.BartParts.Task;
import io.attend.layer.Bias;
import io.attend.norm.NoNorm;
import io.attend.position.SinusoidalPosition;
import io.attend.position.SinusoidalPosition.Order;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// PEGASUS: BART with norms before the branches and behind each stack, none behind the embeddings, and
/// sinusoidal positions whose table is saved.
@Source(
        paper = "PEGASUS: Pre-training with Extracted Gap-sentences for Abstractive Summarization",
        arxiv = "1912.08777")
public record Pegasus() implements Family {
    private static final Kind KIND = new Kind(
            "pegasus",
            Task.classes("Pegasus", Task.BODY, Task.WORDS, Task.NEXT_WORD),
            Defaults.BART.tokens(0, 0),
            Norms.BEFORE,
            new NoNorm(),
            (_, _) -> new SinusoidalPosition(Order.HALVES),
            Bias.ADDED);

    @Override
    public List<String> modelTypes() {
        return List.of("pegasus");
    }

    @Override
    public Mapping read(Config config) {
        Mapping mapping = BartParts.mapping(config, KIND);
        Shape shape = Shape.of(
                config.whole("max_position_embeddings", KIND.defaults().positions()),
                mapping.architecture().width());
        String body = config.head(KIND.classes()) == Task.BODY ? "" : "model.";
        for (String side : mapping.architecture().topology().stacks().keySet()) {
            mapping.names()
                    .formula(
                            body + side + ".embed_positions.weight",
                            shape,
                            Pegasus::waves,
                            "the sines and cosines of each position, which are not learned");
        }
        return mapping;
    }

    /// All sines, then all cosines, of each position [positions, E].
    private static float[] waves(Shape shape) {
        int width = Math.toIntExact(shape.size(1));
        float[] table = new float[Math.toIntExact(shape.count())];
        for (int at = 0; at < table.length; at++) {
            int position = at / width;
            int place = at % width;
            int wave = place % (width / 2);
            double angle = position / Math.pow(10_000, 2.0 * wave / width);
            table[at] = (float) (place < width / 2 ? Math.sin(angle) : Math.cos(angle));
        }
        return table;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return BartParts.keys(architecture, KIND);
    }
}
