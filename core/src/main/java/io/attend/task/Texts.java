package io.attend.task;

import io.attend.generation.Decoding;
import io.attend.generation.GenerationConfig;
import io.attend.generation.TextModel;
import io.attend.generation.Writing;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What the tasks that write have in common.
final class Texts {
    private Texts() {}

    static Writing writing(Optional<Decoding> decoding, OptionalInt limit, List<String> stop) {
        Writing writing = Writing.usual().stops(stop);
        writing = decoding.isPresent() ? writing.decoding(decoding.get()) : writing;
        return limit.isPresent() ? writing.limit(limit.getAsInt()) : writing;
    }

    /// The texts of inputs of one text each.
    static List<String> only(List<List<String>> inputs) {
        return inputs.stream().map(List::getFirst).toList();
    }

    /// As the model's folder says of a task: its prefix and its own settings.
    static Writing of(TextModel model, Optional<String> task, Writing writing) {
        Optional<JsonNode> own = task.map(model.settings().tasks()::get);
        if (own.isEmpty()) {
            return writing.prefix(model.settings().prefix());
        }
        ObjectNode settings = ((ObjectNode) own.get()).deepCopy();
        String prefix = settings.path("prefix").asString(model.settings().prefix());
        settings.remove("prefix");
        return writing.prefix(prefix).settings((GenerationConfig config) -> config.with(settings));
    }

    static void notEmpty(List<List<String>> inputs, String what) {
        if (inputs.stream().anyMatch(input -> input.getFirst().isBlank())) {
            throw new IllegalArgumentException("the text is empty; give something to " + what);
        }
    }
}
