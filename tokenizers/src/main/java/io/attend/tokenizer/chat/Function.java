package io.attend.tokenizer.chat;

import java.util.List;
import java.util.Map;

/// What a template can call.
@FunctionalInterface
interface Function {
    Object call(List<Object> arguments, Map<String, Object> named, Run run);
}
