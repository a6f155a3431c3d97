package io.attend.tokenizer;

/// What becomes of special tokens, such as `<s>` and `[SEP]`.
public enum Specials {
    /// They are there: encoding adds those its post-processor names, decoding writes them.
    KEEP,
    /// They are not: encoding adds none, decoding leaves them out.
    SKIP
}
