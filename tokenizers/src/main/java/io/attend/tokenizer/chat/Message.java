package io.attend.tokenizer.chat;

import java.util.LinkedHashMap;
import java.util.Map;

/// One turn of a conversation: who speaks (`system`, `user`, `assistant`, `tool`), what is said, and what else
/// a template may look at, such as `tool_calls`.
public record Message(String role, String content, Map<String, ?> more) {
    public Message(String role, String content) {
        this(role, content, Map.of());
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", role);
        map.put("content", content);
        map.putAll(more);
        return map;
    }
}
