package io.attend.generation;

import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.huggingface.Config;
import io.attend.huggingface.Pretrained;
import io.attend.huggingface.Usage;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a folder says about texts beside weights and tokenizer.
///
/// @param usage how tokens are handed to the model
/// @param generation how it is meant to be generated from
/// @param labels the names of the labels of a classifying head, in their order; none where nobody named them
/// @param mask the token that stands for a hidden word, if there is one
/// @param sentence how a text becomes one vector
/// @param tasks what single tasks change, by Hugging Face's names: a `prefix` and keys of a [GenerationConfig]
/// @param prefix what stands before every text a task does not say more of
/// @param trained whether it was trained here, so that texts begin and end as the trainer has them where the
///     tokenizer has no post-processor
public record TextSettings(
        Usage usage,
        GenerationConfig generation,
        List<String> labels,
        OptionalInt mask,
        SentencePooling sentence,
        Map<String, JsonNode> tasks,
        String prefix,
        boolean trained) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public TextSettings {
        labels = List.copyOf(labels);
        tasks = Map.copyOf(tasks);
    }

    /// Of a model that was trained here.
    public static TextSettings trained(Tokenizer tokenizer) {
        return new TextSettings(
                new Usage(
                        Usage.Labels.NEXT,
                        Usage.Positions.COLUMNS,
                        Usage.Target.SHIFTED,
                        tokenizer.pad(),
                        tokenizer.bos(),
                        1,
                        List.of(),
                        Usage.Extras.NONE),
                GenerationConfig.none(),
                List.of(),
                mask(tokenizer, ""),
                SentencePooling.USUAL,
                Map.of(),
                "",
                true);
    }

    /// Of a run folder.
    public static TextSettings of(RunFolder run, Tokenizer tokenizer) {
        TextSettings settings = Files.isRegularFile(run.text())
                ? TextManner.read(run.text(), GenerationConfig.of(run.path()))
                : trained(tokenizer);
        return Files.isRegularFile(run.labels()) ? settings.labels(names(run.labels())) : settings;
    }

    /// Writes what [#of(RunFolder, Tokenizer)] reads.
    ///
    /// @throws CheckpointException if it cannot be written
    public void save(RunFolder run) {
        if (!labels.isEmpty()) {
            Atomic.text(run.labels(), json(labels));
        }
        if (!trained) {
            Atomic.text(run.text(), TextManner.json(this));
            generation.save(run.path());
        }
    }

    /// Of a Hugging Face folder.
    ///
    /// @throws CheckpointException naming the key that is not understood
    public static TextSettings of(Path folder, Pretrained pretrained, Tokenizer tokenizer) {
        boolean writes = pretrained.model().architecture().topology().generates()
                && pretrained.model().architecture().head().writes();
        Config config = pretrained.config();
        Map<String, JsonNode> tasks = new LinkedHashMap<>();
        config.tree("task_specific_params")
                .ifPresent(all -> all.properties().forEach(entry -> tasks.put(entry.getKey(), entry.getValue())));
        return new TextSettings(
                pretrained.mapping().usage(),
                writes ? GenerationConfig.of(folder) : GenerationConfig.none(),
                labels(config),
                mask(tokenizer, maskName(folder)),
                SentencePooling.of(folder),
                tasks,
                config.text("prefix").orElse(""),
                false);
    }

    public TextSettings labels(List<String> names) {
        return new TextSettings(usage, generation, names, mask, sentence, tasks, prefix, trained);
    }

    public TextSettings generation(GenerationConfig config) {
        return new TextSettings(usage, config, labels, mask, sentence, tasks, prefix, trained);
    }

    /// The text of a `labels.json`.
    public static String json(List<String> labels) {
        return JSON.writeValueAsString(labels) + "\n";
    }

    private static List<String> names(Path file) {
        JsonNode tree = tree(file);
        if (!tree.isArray() || tree.valueStream().anyMatch(name -> !name.isString())) {
            throw new CheckpointException(file, "holds no list of names of labels");
        }
        return tree.valueStream().map(JsonNode::stringValue).toList();
    }

    private static List<String> labels(Config config) {
        List<String> labels = new ArrayList<>();
        config.object("id2label").ifPresent(names -> {
            while (names.has(Integer.toString(labels.size()))) {
                labels.add(names.text(Integer.toString(labels.size())).orElseThrow());
            }
        });
        return labels;
    }

    private static String maskName(Path folder) {
        Path file = folder.resolve("tokenizer_config.json");
        if (!Files.isRegularFile(file)) {
            return "";
        }
        JsonNode name = tree(file).path("mask_token");
        return (name.isObject() ? name.path("content") : name).asString("");
    }

    static OptionalInt mask(Tokenizer tokenizer, String named) {
        return Stream.of(named, "[MASK]", TextModel.MASK)
                .map(tokenizer::id)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    private static JsonNode tree(Path file) {
        try {
            return Values.tree(JSON, Files.readString(file));
        } catch (ValueException e) {
            throw new CheckpointException(file, "is not JSON: " + e.getMessage(), e);
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }
}
