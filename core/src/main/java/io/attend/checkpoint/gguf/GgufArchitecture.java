package io.attend.checkpoint.gguf;

import io.attend.checkpoint.CheckpointException;
import io.attend.tokenizer.format.GgufValue;
import io.attend.value.Variants;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// What GGUF calls an architecture, in both directions: its values are the tree of a Hugging Face
/// `config.json`, its tensors have Hugging Face names.
public sealed interface GgufArchitecture permits Bert, Bloom, Falcon, Gemma, Gpt2, Llama, Phi2, Qwen2 {

    /// `general.architecture`.
    String name();

    /// The `model_type` values that are written as this architecture.
    List<String> modelTypes();

    /// The tree of `config.json`.
    ///
    /// @throws CheckpointException naming a key that is missing or not known
    ObjectNode config(GgufFile file);

    /// The values of a file.
    ///
    /// @throws IllegalArgumentException naming a key of `config` that this architecture cannot say
    Map<String, GgufValue> metadata(ObjectNode config);

    /// The tensors of a model.
    Names names(ObjectNode config);

    /// What the rest of the package sees of the names.
    final class Names {
        private final Rules rules;

        Names(Rules rules) {
            this.rules = rules;
        }

        Rules rules() {
            return rules;
        }
    }

    /// Every architecture, as `permits` lists them.
    static List<GgufArchitecture> all() {
        return Variants.of(GgufArchitecture.class).values().stream()
                .map(variant -> (GgufArchitecture) Variants.examples(variant).getFirst())
                .toList();
    }

    /// The architecture of a file.
    ///
    /// @throws CheckpointException if it is not known
    static GgufArchitecture of(GgufFile file) {
        String name;
        try {
            name = file.head().string("general.architecture").orElse("");
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file.path(), e.getMessage(), e);
        }
        return all().stream()
                .filter(architecture -> architecture.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(
                        file.path(),
                        "general.architecture is \"" + CheckpointException.brief(name)
                                + "\", which is not known; known: "
                                + all().stream().map(GgufArchitecture::name).collect(Collectors.joining(", "))));
    }

    /// The architecture that a `model_type` is written as.
    ///
    /// @throws IllegalArgumentException if there is none
    static GgufArchitecture ofModelType(String modelType) {
        return all().stream()
                .filter(architecture -> architecture.modelTypes().contains(modelType))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model_type \"" + modelType
                        + "\" cannot be written as GGUF; these can: "
                        + all().stream()
                                .flatMap(architecture -> architecture.modelTypes().stream())
                                .collect(Collectors.joining(", "))));
    }
}
