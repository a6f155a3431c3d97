package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.model.Transformer;

/// What a family makes of a configuration: the model as a value, the names of its numbers, and how tokens are
/// handed to it.
public record Mapping(Architecture architecture, Names names, Usage usage) {
    /// The names of every tensor, resolved; without natives.
    public Table table() {
        return names.resolve(Transformer.parameters(architecture));
    }

    /// The same for a class that does something else with tokens.
    Mapping usage(Usage other) {
        return new Mapping(architecture, names, other);
    }

    /// The same for a class of recurrences that shows other hidden states, and branches as its attention.
    Mapping layers(Usage.Layers shown) {
        return usage(usage.extras(usage.extras().maps(Usage.Maps.BRANCHES).layers(shown)));
    }

    /// What the configuration describes.
    ///
    /// @throws io.attend.checkpoint.CheckpointException naming what is not understood
    public static Mapping of(Config config) {
        try {
            Mapping mapping = Family.of(config).read(config);
            config.checkComplete();
            return mapping;
        } catch (IllegalArgumentException e) {
            throw new io.attend.checkpoint.CheckpointException(config.file(), e.getMessage(), e);
        }
    }
}
