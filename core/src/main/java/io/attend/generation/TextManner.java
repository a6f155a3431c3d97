package io.attend.generation;

import io.attend.checkpoint.CheckpointException;
import io.attend.huggingface.Usage;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a model that was not trained here does with texts, as `text.json` of its run folder has it: what no
/// weight shows, no architecture says and no tokenizer knows.
///
/// @param positions how tokens are numbered behind padding
/// @param target what a decoder reads where it is not told
/// @param pad the padding token
/// @param start the token a decoder begins with
/// @param mask the token that stands for a hidden word
/// @param sentence how a text becomes one vector
/// @param prefix what stands before every text a task does not say more of
record TextManner(
        Usage.Positions positions,
        Usage.Target target,
        OptionalInt pad,
        OptionalInt start,
        OptionalInt mask,
        SentencePooling sentence,
        String prefix) {
    private static final String TASKS = "tasks";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// The text of a `text.json`.
    static String json(TextSettings settings) {
        Usage usage = settings.usage();
        ObjectNode tree = (ObjectNode) Values.write(new TextManner(
                usage.positions(),
                usage.target(),
                usage.pad(),
                usage.start(),
                settings.mask(),
                settings.sentence(),
                settings.prefix()));
        ObjectNode tasks = tree.putObject(TASKS);
        settings.tasks().forEach(tasks::set);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
    }

    /// What a `text.json` says.
    ///
    /// @throws CheckpointException naming the key that is not understood
    static TextSettings read(Path file, GenerationConfig generation) {
        try {
            JsonNode tree = Values.tree(JSON, Files.readString(file));
            Map<String, JsonNode> tasks = new LinkedHashMap<>();
            if (tree instanceof ObjectNode object && object.remove(TASKS) instanceof ObjectNode all) {
                all.properties().forEach(task -> tasks.put(task.getKey(), task.getValue()));
            }
            TextManner manner = Values.read(TextManner.class, tree);
            Usage usage = new Usage(
                    Usage.Labels.AS_GIVEN,
                    manner.positions,
                    manner.target,
                    manner.pad,
                    manner.start,
                    1,
                    List.of(),
                    Usage.Extras.NONE);
            return new TextSettings(
                    usage, generation, List.of(), manner.mask, manner.sentence, tasks, manner.prefix, false);
        } catch (ValueException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }
}
