package io.attend.tokenizer.decoder;

import java.util.List;

/// What turns tokens back into text.
public sealed interface Decoder
        permits Bpe, ByteFallback, ByteLevel, Ctc, Fuse, Metaspace, Replace, SentencePiece, Sequence, Strip, WordPiece {
    /// The strings of tokens, one step nearer to text; at the end they are put side by side.
    List<String> decode(List<String> tokens);
}
