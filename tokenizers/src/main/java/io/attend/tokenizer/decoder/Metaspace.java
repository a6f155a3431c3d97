package io.attend.tokenizer.decoder;

import io.attend.tokenizer.pretokenizer.Metaspace.PrependScheme;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/// Makes `replacement` (`▁`) a space, and nothing in the first token when one was put before the text.
public record Metaspace(String replacement, PrependScheme prependScheme, boolean split) implements Decoder {
    static final Metaspace DEFAULT = new Metaspace("▁", PrependScheme.ALWAYS, true);

    @SuppressWarnings("unused") // called by name when a file is read
    private static void upgrade(ObjectNode node) {
        node.remove("str_rep");
        var prefix = node.remove("add_prefix_space");
        if (prefix != null && prefix.isBoolean() && !prefix.booleanValue() && !node.has("prepend_scheme")) {
            node.put("prepend_scheme", "never");
        }
    }

    @Override
    public List<String> decode(List<String> tokens) {
        return IntStream.range(0, tokens.size())
                .mapToObj(i ->
                        tokens.get(i).replace(replacement, i == 0 && prependScheme != PrependScheme.NEVER ? "" : " "))
                .toList();
    }
}
