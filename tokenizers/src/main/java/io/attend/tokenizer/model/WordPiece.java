package io.attend.tokenizer.model;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.Spelled;
import io.attend.tokenizer.text.Tokens;
import io.attend.tokenizer.text.Trie;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// The longest token that begins a piece, then the longest with `continuingSubwordPrefix` (`##`) that goes on,
/// and so forth; if that does not reach the end, the whole piece is unknown, as are pieces of more than
/// `maxInputCharsPerWord` code points (Schuster and Nakajima 2012; BERT).
public record WordPiece(
        String unkToken,
        String continuingSubwordPrefix,
        int maxInputCharsPerWord,
        @Spelled("vocab") Vocabulary vocabulary)
        implements Model {

    static final WordPiece DEFAULT = new WordPiece("[UNK]", "##", 100, Vocabulary.of(List.of()));

    /// With BERT's unknown token and prefix.
    public WordPiece(Vocabulary vocabulary) {
        this(DEFAULT.unkToken, DEFAULT.continuingSubwordPrefix, DEFAULT.maxInputCharsPerWord, vocabulary);
    }

    @Override
    public OptionalInt unknown() {
        return vocabulary.id(unkToken);
    }

    @Override
    public Supplier<Segmenter> build() {
        Trie trie = new Trie();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.has(id)) {
                trie.put(vocabulary.token(id), id);
            }
        }
        int inside = Trie.ROOT;
        for (int i = 0; i < continuingSubwordPrefix.length() && inside != Trie.NOWHERE; i++) {
            inside = trie.step(inside, continuingSubwordPrefix.charAt(i));
        }
        int continuing = inside;
        return () -> new Built(trie, continuing);
    }

    private final class Built implements Segmenter {
        private final Trie trie;
        private final int continuing;
        private final int unknown = unknown().orElse(-1);
        private final WordCache cache = new WordCache();

        Built(Trie trie, int continuing) {
            this.trie = trie;
            this.continuing = continuing;
        }

        @Override
        public void segment(char[] chars, int start, int end, Tokens out) {
            if (end - start > WordCache.LONGEST) {
                cut(chars, start, end, out);
                return;
            }
            int hash = WordCache.hash(chars, start, end);
            if (!cache.find(hash, chars, start, end, out)) {
                int from = out.size();
                cut(chars, start, end, out);
                cache.keep(hash, chars, start, end, out, from);
            }
        }

        private void cut(char[] chars, int start, int end, Tokens out) {
            int from = out.size();
            int at = start;
            if (Character.codePointCount(chars, start, end - start) <= maxInputCharsPerWord) {
                while (at < end) {
                    int node = at == start ? Trie.ROOT : continuing;
                    int id = -1;
                    int stop = at;
                    for (int i = at; i < end && node != Trie.NOWHERE; i++) {
                        node = trie.step(node, chars[i]);
                        if (node != Trie.NOWHERE && trie.value(node) >= 0) {
                            id = trie.value(node);
                            stop = i + 1;
                        }
                    }
                    if (id < 0) {
                        break;
                    }
                    out.add(id, at, stop);
                    at = stop;
                }
            }
            if (at < end) {
                if (unknown < 0) {
                    throw new TokenizerException("\"" + new String(chars, start, end - start)
                            + "\" is not made of tokens, and unk_token \"" + unkToken + "\" is not in the vocabulary");
                }
                out.shrink(from);
                out.add(unknown, start, end);
            }
        }
    }
}
