package io.attend.tokenizer.decoder;

import java.util.List;

/// Drops up to `start` times one code point at the beginning of each token, and up to `stop` times at its end.
public record Strip(String content, int start, int stop) implements Decoder {
    public Strip {
        if (content.codePointCount(0, content.length()) != 1) {
            throw new IllegalArgumentException("content is \"" + content + "\"; expected one character");
        }
    }

    @Override
    public List<String> decode(List<String> tokens) {
        return tokens.stream().map(this::strip).toList();
    }

    private String strip(String token) {
        int from = 0;
        for (int i = 0; i < start && token.startsWith(content, from); i++) {
            from += content.length();
        }
        int to = token.length();
        for (int i = 0;
                i < stop && to - content.length() >= from && token.startsWith(content, to - content.length());
                i++) {
            to -= content.length();
        }
        return token.substring(from, to);
    }
}
