package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.json.Spelled;
import java.text.Normalizer.Form;

/// Unicode normalization form NFKD, compatibility decomposition: `ﬁ` becomes `fi`, `é` is two code points.
@Spelled("NFKD")
public record Nfkd() implements Normalizer {
    @Override
    public Rewriter build() {
        return new UnicodeForm(Form.NFKD);
    }
}
