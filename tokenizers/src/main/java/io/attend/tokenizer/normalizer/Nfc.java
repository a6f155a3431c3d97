package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.json.Spelled;
import java.text.Normalizer.Form;

/// Unicode normalization form NFC, canonical composition: `é` is one code point.
@Spelled("NFC")
public record Nfc() implements Normalizer {
    @Override
    public Rewriter build() {
        return new UnicodeForm(Form.NFC);
    }
}
