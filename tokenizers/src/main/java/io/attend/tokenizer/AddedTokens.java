package io.attend.tokenizer;

import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Trie;
import java.util.BitSet;
import java.util.List;

/// Finds added tokens in a text: the leftmost, and the longest of those that begin there.
final class AddedTokens {
    private final List<AddedToken> tokens;
    private final Trie trie = new Trie();
    private final BitSet firsts = new BitSet();
    private final boolean skipSpecial;

    /// Where the token last found begins and ends, with the white space it takes, and which it is.
    static final class Match {
        int from;
        int start;
        int end;
        AddedToken token = AddedToken.DEFAULT;
    }

    /// `contents` are what to look for: the tokens as they are, or as normalized.
    AddedTokens(List<AddedToken> tokens, List<String> contents, boolean skipSpecial) {
        this.tokens = tokens;
        this.skipSpecial = skipSpecial;
        for (int i = 0; i < tokens.size(); i++) {
            String content = contents.get(i);
            if (!content.isEmpty()) {
                trie.put(content, i);
                firsts.set(content.charAt(0));
            }
        }
    }

    boolean isEmpty() {
        return firsts.isEmpty();
    }

    /// Finds the next token in `text` at or behind `match.end`.
    boolean find(CharSequence text, Match match) {
        match.from = match.end;
        int length = text.length();
        for (int i = match.from; i < length; i++) {
            if (!firsts.get(text.charAt(i))) {
                continue;
            }
            int end = -1;
            int found = -1;
            int node = Trie.ROOT;
            for (int j = i; j < length; j++) {
                node = trie.step(node, text.charAt(j));
                if (node == Trie.NOWHERE) {
                    break;
                }
                if (trie.value(node) >= 0) {
                    found = trie.value(node);
                    end = j + 1;
                }
            }
            if (found < 0) {
                continue;
            }
            if (accept(text, tokens.get(found), i, end, match)) {
                return true;
            }
            i = end - 1;
        }
        return false;
    }

    private boolean accept(CharSequence text, AddedToken token, int start, int end, Match match) {
        if (skipSpecial && token.special()) {
            return false;
        }
        if (token.singleWord()
                && (start > 0 && CharacterClass.isWord(Character.codePointBefore(text, start))
                        || end < text.length() && CharacterClass.isWord(Character.codePointAt(text, end)))) {
            return false;
        }
        match.start = start;
        match.end = end;
        match.token = token;
        while (token.lstrip() && match.start > match.from && CharacterClass.isSpace(text.charAt(match.start - 1))) {
            match.start--;
        }
        while (token.rstrip() && match.end < text.length() && CharacterClass.isSpace(text.charAt(match.end))) {
            match.end++;
        }
        return true;
    }
}
