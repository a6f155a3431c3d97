package io.attend.training;

import io.attend.data.Batching;
import io.attend.data.Curriculum;
import io.attend.data.Dataset;
import io.attend.data.Words;
import io.attend.objective.Objective;
import io.attend.optimizer.Optimizer;
import io.attend.router.Auxiliary;
import io.attend.schedule.Schedule;
import io.attend.training.report.Metrics;
import io.attend.value.Default;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// A whole training run as a value: what to learn from, what to train and how. Written as YAML whose keys are
/// these components; the same recipe and thread count give the same run to the bit on the same machine.
///
/// It has many components because it is a form people fill in by name; nothing in Java calls its constructor
/// with a row of numbers.
///
/// @param data examples
/// @param words the tokens texts are cut into
/// @param model what is trained
/// @param objective what is made small
/// @param auxiliary what routers of experts learn beside it, each with its factor
/// @param optimizer how gradients change weights
/// @param schedule the learning rate of each step
/// @param steps batches in all
/// @param batch examples a step, where `tokens` is absent
/// @param tokens a step has as many examples of similar length as make at most so many tokens, padded to the
///     longest source or target among them
/// @param accumulate parts a batch is split into, one after another, to need less memory; the gradient is the
///     same
/// @param prefetch steps whose batches are prepared ahead by another thread; 0 for none. The run is the same
/// @param curriculum short examples first; examples of all lengths from the start if absent
/// @param windows of text that grow; whole from the start if absent
/// @param precision what matrix products are computed in
/// @param recompute whether the backward pass computes each block again instead of keeping what happened inside
///     it: the same gradients, and, measured on a busy machine, 1.32 times the time for 0.78 of the memory of a
///     step of a GPT of 8 layers, width 256
/// @param clip the largest joint norm of the gradients
/// @param clipValue the largest size of any number of a gradient, held to before their norm is; any if absent
/// @param movingAverage the decay of an exponential moving average of the weights, which is then what is
///     measured and saved as the model; none if absent
/// @param seed of initial weights, order and dropout
/// @param threads processor threads an operation may use; all cores if absent. Small models are as fast on one,
///     and the last bits of a sum depend on it
/// @param reportEvery steps between rows of metrics
/// @param evaluateEvery steps between measurements of the loss of held-out examples
/// @param judgeEvery steps between judgements of held-out examples by the objective's own measures, which may
///     have to write answers for that; once at the end if absent
/// @param checkpointEvery steps between checkpoints
/// @param keepCheckpoints how many of the newest checkpoints stay, at least 1
/// @param selection which step's weights the finished model gets, and whether the run may end early
public record Recipe(
        Dataset data,
        @Default("\"Characters\"") Words words,
        Blueprint model,
        @Default("{\"type\": \"TeacherForcing\"}") Objective objective,
        @Default("[]") List<Auxiliary> auxiliary,
        @Default("{\"type\": \"AdamW\"}") Optimizer optimizer,
        Schedule schedule,
        int steps,
        @Default("64") int batch,
        OptionalInt tokens,
        @Default("1") int accumulate,
        @Default("2") int prefetch,
        Optional<Curriculum> curriculum,
        Optional<GrowingWindows> windows,
        @Default("\"Float32\"") Precision precision,
        @Default("false") boolean recompute,
        @Default("1.0") double clip,
        OptionalDouble clipValue,
        OptionalDouble movingAverage,
        @Default("1") long seed,
        OptionalInt threads,
        @Default("20") int reportEvery,
        @Default("500") int evaluateEvery,
        OptionalInt judgeEvery,
        @Default("1000") int checkpointEvery,
        @Default("2") int keepCheckpoints,
        @Default("\"LastStep\"") Selection selection) {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(tools.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public Recipe {
        auxiliary = List.copyOf(auxiliary);
        positive("steps", steps);
        positive("batch", batch);
        tokens.ifPresent(count -> positive("tokens", count));
        positive("accumulate", accumulate);
        if (prefetch < 0 || prefetch > 1000) {
            throw new IllegalArgumentException("prefetch must be from 0 to 1000 steps, not " + prefetch);
        }
        threads.ifPresent(count -> positive("threads", count));
        positive("reportEvery", reportEvery);
        positive("evaluateEvery", evaluateEvery);
        judgeEvery.ifPresent(count -> positive("judgeEvery", count));
        positive("checkpointEvery", checkpointEvery);
        positive("keepCheckpoints", keepCheckpoints);
        limit("clip", clip);
        clipValue.ifPresent(value -> limit("clipValue", value));
        movingAverage.ifPresent(decay -> {
            if (!(decay > 0 && decay < 1)) {
                throw new IllegalArgumentException("movingAverage " + decay + " is outside (0, 1)");
            }
        });
        if (curriculum.isPresent() && tokens.isPresent()) {
            throw new IllegalArgumentException("a curriculum draws batch examples a step, and tokens="
                    + tokens.getAsInt() + " says how many tokens; leave one of the two out");
        }
        checkSelection(selection, keepCheckpoints, judgeEvery);
    }

    private static void limit(String name, double value) {
        if (!(value > 0 && value <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    name + " must be positive, at most " + Float.MAX_VALUE + ", not " + value);
        }
    }

    private static void checkSelection(Selection selection, int keepCheckpoints, OptionalInt judgeEvery) {
        if (selection.newest() > keepCheckpoints) {
            throw new IllegalArgumentException("selection takes the last " + selection.newest()
                    + " checkpoints, but keepCheckpoints is " + keepCheckpoints + "; make it at least "
                    + selection.newest());
        }
        String measure = selection.named().orElse(Metrics.LOSS);
        if (!measure.equals(Metrics.LOSS) && judgeEvery.isEmpty()) {
            throw new IllegalArgumentException("selection goes by " + measure
                    + ", which is measured every judgeEvery steps, and that is missing; give it, or go by loss");
        }
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }

    /// Reads a recipe; each override is `key=value` or `key.key=value` in YAML, and the last one wins.
    ///
    /// @throws ValueException naming the path of what is unknown, missing or impossible
    public static Recipe parse(String yaml, List<String> overrides) {
        if (!(Values.tree(YAML, yaml) instanceof ObjectNode tree)) {
            throw new ValueException("$", "a recipe is a YAML mapping with the keys of Recipe");
        }
        overrides.forEach(override -> apply(tree, override));
        return Values.read(Recipe.class, tree);
    }

    private static void apply(ObjectNode tree, String override) {
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw new ValueException("$", "\"" + override + "\" is not key=value");
        }
        String[] keys = override.substring(0, equals).split("\\.", -1);
        ObjectNode place = tree;
        for (int i = 0; i < keys.length - 1; i++) {
            JsonNode next = place.path(keys[i]);
            if (!(next instanceof ObjectNode inner)) {
                throw new ValueException("$", "\"" + override + "\": the recipe has no mapping " + keys[i]);
            }
            place = inner;
        }
        place.set(keys[keys.length - 1], Values.tree(YAML, override.substring(equals + 1)));
    }

    /// The same recipe on that many threads.
    Recipe threads(int count) {
        return new Recipe(
                data,
                words,
                model,
                objective,
                auxiliary,
                optimizer,
                schedule,
                steps,
                batch,
                tokens,
                accumulate,
                prefetch,
                curriculum,
                windows,
                precision,
                recompute,
                clip,
                clipValue,
                movingAverage,
                seed,
                OptionalInt.of(count),
                reportEvery,
                evaluateEvery,
                judgeEvery,
                checkpointEvery,
                keepCheckpoints,
                selection);
    }

    /// How large a batch is.
    public Batching batching() {
        return tokens.isPresent() ? Batching.tokens(tokens.getAsInt()) : Batching.examples(batch);
    }

    /// Whether a run begun with one of the two may go on with the other: it learns the same from the same in
    /// the same order. How fast it learns, for how long, and what is measured and kept may change.
    public boolean continues(Recipe begun) {
        return data.equals(begun.data)
                && words.equals(begun.words)
                && model.equals(begun.model)
                && batching().equals(begun.batching())
                && curriculum.equals(begun.curriculum)
                && windows.equals(begun.windows)
                && seed == begun.seed;
    }

    /// Every setting by its path, such as `model.layers`, as it would be written; a type by the path of what is
    /// of it.
    public SequencedMap<String, String> settings() {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        flatten("", Values.write(this), settings);
        return settings;
    }

    private static void flatten(String path, JsonNode node, SequencedMap<String, String> settings) {
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            object.properties()
                    .forEach(entry -> flatten(
                            entry.getKey().equals("type") ? path : (path.isEmpty() ? "" : path + ".") + entry.getKey(),
                            entry.getValue(),
                            settings));
        } else {
            settings.put(path, node.isString() ? node.stringValue() : node.toString());
        }
    }

    /// The recipe as YAML with every key written out.
    public String toYaml() {
        return YAML.writeValueAsString(Values.write(this));
    }
}
