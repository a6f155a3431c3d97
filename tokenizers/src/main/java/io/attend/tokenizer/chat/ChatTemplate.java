package io.attend.tokenizer.chat;

import io.attend.tokenizer.TokenizerException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What turns a conversation into the text a model was trained on.
///
///     ChatTemplate template = ChatTemplate.of("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor
/// %}");
///     String prompt = template.render(List.of(new Message("user", "Hello")), true, Map.of());
///
/// Immutable and safe for all threads.
public final class ChatTemplate {
    private final String source;
    private final List<Statement> body;

    private ChatTemplate(String source) {
        this.source = source;
        // Jinja leaves out the line break that ends a file.
        body = new Parser(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source).template();
    }

    /// @throws TokenizerException naming line and column, if the template is not understood
    public static ChatTemplate of(String jinja) {
        return new ChatTemplate(jinja);
    }

    /// The template as it was written.
    public String source() {
        return source;
    }

    /// The text of a conversation; with the beginning of the assistant's answer if `addGenerationPrompt`.
    /// `variables` are what else the template may see: `bos_token`, `eos_token`, `tools`, ... as strings,
    /// numbers, booleans, lists and maps of them.
    ///
    /// @throws TokenizerException if the template raises an exception, works too long or writes too much
    public String render(List<Message> messages, boolean addGenerationPrompt, Map<String, ?> variables) {
        Map<String, Object> all = new LinkedHashMap<>(variables);
        all.put("messages", messages.stream().map(Message::toMap).toList());
        all.put("add_generation_prompt", addGenerationPrompt);
        return render(all);
    }

    /// The text the template makes of these variables and nothing else.
    public String render(Map<String, ?> variables) {
        Run run = new Run();
        Scope scope = new Scope();
        Functions.ALL.forEach(scope::set);
        variables.forEach((name, value) -> scope.set(name, Values.of(value)));
        try {
            Statement.runAll(body, scope, run);
        } catch (StackOverflowError e) {
            throw new TokenizerException("chat template: recurses too deeply", e);
        }
        return run.out().toString();
    }

    @Override
    public String toString() {
        return "ChatTemplate of " + source.length() + " characters";
    }
}
