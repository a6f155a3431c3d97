package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.json.Spelled;
import java.text.Normalizer.Form;

/// Unicode normalization form NFKC, compatibility composition: `ﬁ` becomes `fi`, `é` is one code point.
@Spelled("NFKC")
public record Nfkc() implements Normalizer {
    @Override
    public Rewriter build() {
        return new UnicodeForm(Form.NFKC);
    }
}
