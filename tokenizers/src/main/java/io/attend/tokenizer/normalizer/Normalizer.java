package io.attend.tokenizer.normalizer;

/// What rewrites a text before it is cut.
public sealed interface Normalizer
        permits BertNormalizer,
                ByteLevel,
                Lowercase,
                Nfc,
                Nfd,
                Nfkc,
                Nfkd,
                Nmt,
                Precompiled,
                Prepend,
                Replace,
                SentencePiece,
                Sequence,
                Strip,
                StripAccents {
    /// The rule with its tables, safe for all threads.
    Rewriter build();
}
