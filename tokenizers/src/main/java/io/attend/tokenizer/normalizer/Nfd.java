package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.json.Spelled;
import java.text.Normalizer.Form;

/// Unicode normalization form NFD, canonical decomposition: `é` is two code points.
@Spelled("NFD")
public record Nfd() implements Normalizer {
    @Override
    public Rewriter build() {
        return new UnicodeForm(Form.NFD);
    }
}
