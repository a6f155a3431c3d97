package io.attend.tokenizer.decoder;

import java.util.ArrayList;
import java.util.List;

/// Puts a space before each token but the first, unless it begins with `prefix` (`##`), which goes. `cleanup`
/// takes back the spaces before punctuation and in English contractions.
public record WordPiece(String prefix, boolean cleanup) implements Decoder {
    static final WordPiece DEFAULT = new WordPiece("##", true);

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> decoded = new ArrayList<>(tokens.size());
        for (String token : tokens) {
            String text = decoded.isEmpty()
                    ? token
                    : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
            decoded.add(cleanup ? tidy(text) : text);
        }
        return decoded;
    }

    static String tidy(String text) {
        return text.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" do not", " don't")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }
}
