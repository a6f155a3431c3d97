package io.attend.tokenizer.format;

import io.attend.tokenizer.Pipeline;
import java.util.Optional;

/// What a tokenizer file and those beside it say.
public record Loaded(Pipeline pipeline, RoleNames roles, Optional<String> chatTemplate) {
    public Loaded(Pipeline pipeline, RoleNames roles) {
        this(pipeline, roles, Optional.empty());
    }

    Loaded or(RoleNames names, Optional<String> template) {
        return new Loaded(pipeline, names.or(roles), template.or(() -> chatTemplate));
    }
}
