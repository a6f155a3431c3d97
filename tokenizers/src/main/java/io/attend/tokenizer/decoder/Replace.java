package io.attend.tokenizer.decoder;

import io.attend.tokenizer.text.Pattern;
import java.util.List;

/// Replaces a pattern by a string, everywhere in each token.
public record Replace(Pattern pattern, String content) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens) {
        if (pattern instanceof Pattern.Literal(String string)) {
            return tokens.stream()
                    .map(t -> string.isEmpty() ? t : t.replace(string, content))
                    .toList();
        }
        Pattern.Finder finder = pattern.finder();
        return tokens.stream().map(token -> replace(token, finder)).toList();
    }

    private String replace(String token, Pattern.Finder finder) {
        char[] chars = token.toCharArray();
        StringBuilder replaced = new StringBuilder();
        int[] last = {0};
        finder.find(chars, 0, chars.length, (start, end) -> {
            replaced.append(chars, last[0], start - last[0]).append(content);
            last[0] = end;
        });
        return replaced.append(chars, last[0], chars.length - last[0]).toString();
    }
}
