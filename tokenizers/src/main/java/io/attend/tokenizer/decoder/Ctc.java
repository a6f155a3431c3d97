package io.attend.tokenizer.decoder;

import io.attend.tokenizer.json.Spelled;
import java.util.ArrayList;
import java.util.List;

/// Reads the output of connectionist temporal classification: a token repeated counts once, `padToken`
/// separates real repetitions, `wordDelimiterToken` is a space (Graves and others 2006).
@Spelled("CTC")
public record Ctc(String padToken, String wordDelimiterToken, boolean cleanup) implements Decoder {
    static final Ctc DEFAULT = new Ctc("<pad>", "|", true);

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> decoded = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (i > 0 && tokens.get(i).equals(tokens.get(i - 1))) {
                continue;
            }
            String token = tokens.get(i).replace(padToken, "");
            if (cleanup) {
                token = WordPiece.tidy(token).replace(wordDelimiterToken, " ");
            }
            if (!token.isEmpty()) {
                decoded.add(token);
            }
        }
        return decoded;
    }
}
