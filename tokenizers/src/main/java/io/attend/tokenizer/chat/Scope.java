package io.attend.tokenizer.chat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Names and their values; a loop or macro has a scope of its own within the one around it.
final class Scope {
    private final Map<String, Object> values = new HashMap<>();
    private final Optional<Scope> around;

    Scope() {
        around = Optional.empty();
    }

    Scope(Scope around) {
        this.around = Optional.of(around);
    }

    Object get(String name) {
        Object value = values.get(name);
        return value != null ? value : around.map(scope -> scope.get(name)).orElse(Missing.UNDEFINED);
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
