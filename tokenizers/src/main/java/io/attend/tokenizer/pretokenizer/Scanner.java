package io.attend.tokenizer.pretokenizer;

import static io.attend.tokenizer.text.CharacterClass.LETTER;
import static io.attend.tokenizer.text.CharacterClass.LOWER;
import static io.attend.tokenizer.text.CharacterClass.MARK;
import static io.attend.tokenizer.text.CharacterClass.NUMBER;
import static io.attend.tokenizer.text.CharacterClass.SPACE;
import static io.attend.tokenizer.text.CharacterClass.UPPER;

import io.attend.tokenizer.text.CharacterClass;
import java.util.Map;

/// The well-known expressions that cut texts into words, written by hand: each matches wherever it is asked to,
/// so its matches cover a text without gaps, and all it needs to say is where the match that begins here ends.
///
/// A property test holds each equal to its expression as `java.util.regex` runs it.
@FunctionalInterface
interface Scanner {
    /// Where the match ends that begins at `at`; beyond `at`, and at most `end`.
    int end(char[] chars, int at, int end);

    String GPT2_REGEX = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    String TAIL = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    String LLAMA3_REGEX = CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + TAIL;
    String QWEN2_REGEX = CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + TAIL;
    String UPPERS = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    String LOWERS = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    String O200K_REGEX = "[^\\r\\n\\p{L}\\p{N}]?" + UPPERS + "*" + LOWERS + "+" + CONTRACTIONS
            + "?|[^\\r\\n\\p{L}\\p{N}]?" + UPPERS + "+" + LOWERS + "*" + CONTRACTIONS
            + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /// GPT-2 and those that took over its words.
    Scanner GPT2 = Scanner::gpt2;
    /// cl100k, Llama 3: numbers in threes.
    Scanner LLAMA3 = (chars, at, end) -> cl100k(chars, at, end, 3);
    /// Qwen 2: numbers digit by digit.
    Scanner QWEN2 = (chars, at, end) -> cl100k(chars, at, end, 1);
    /// o200k: words are cut where lower case turns to upper.
    Scanner O200K = Scanner::o200k;

    /// The scanner of an expression, as it is written in files.
    Map<String, Scanner> KNOWN = Map.of(
            GPT2_REGEX,
            GPT2,
            LLAMA3_REGEX,
            LLAMA3,
            QWEN2_REGEX,
            QWEN2,
            O200K_REGEX,
            O200K,
            // As tiktoken writes them.
            "'(?i:[sdmt]|ll|ve|re)|[^\\r"
                    + "\\n"
                    + "\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r"
                    + "\\n"
                    + "]*|\\s*[\\r"
                    + "\\n"
                    + "]|\\s+(?!\\S)|\\s+",
            LLAMA3);

    private static int gpt2(char[] chars, int at, int end) {
        char first = chars[at];
        if (first == '\'') {
            int contraction = contraction(chars, at, end, false);
            if (contraction > at) {
                return contraction;
            }
        }
        int i = first == ' ' && at + 1 < end ? at + 1 : at;
        int flags = CharacterClass.at(chars, i, end);
        if ((flags & LETTER) != 0) {
            return run(chars, i, end, LETTER);
        }
        if ((flags & NUMBER) != 0) {
            return run(chars, i, end, NUMBER);
        }
        if ((flags & SPACE) == 0) {
            return others(chars, i, end);
        }
        return spaces(chars, at, end);
    }

    private static int cl100k(char[] chars, int at, int end, int digits) {
        char first = chars[at];
        if (first == '\'') {
            int contraction = contraction(chars, at, end, true);
            if (contraction > at) {
                return contraction;
            }
        }
        int flags = CharacterClass.at(chars, at, end);
        if ((flags & LETTER) != 0) {
            return run(chars, at, end, LETTER);
        }
        if ((flags & NUMBER) != 0) {
            return numbers(chars, at, end, digits);
        }
        int next = next(chars, at, end);
        if (!isBreak(first) && next < end && (CharacterClass.at(chars, next, end) & LETTER) != 0) {
            return run(chars, next, end, LETTER);
        }
        return tail(chars, at, end, false);
    }

    private static int o200k(char[] chars, int at, int end) {
        int flags = CharacterClass.at(chars, at, end);
        if ((flags & NUMBER) != 0) {
            return numbers(chars, at, end, 3);
        }
        // The optional character before a word is taken greedily, and may itself be a mark.
        if ((flags & LETTER) == 0 && !isBreak(chars[at])) {
            int next = next(chars, at, end);
            int word = next < end ? word(chars, next, end) : -1;
            if (word > 0 && lowerWord(chars, next, end)) {
                return word;
            }
            int own = (flags & MARK) != 0 ? word(chars, at, end) : -1;
            if (own > 0 && lowerWord(chars, at, end)) {
                return own;
            }
            if (word > 0) {
                return word;
            }
            if (own > 0) {
                return own;
            }
        } else if ((flags & LETTER) != 0) {
            return word(chars, at, end);
        }
        return tail(chars, at, end, true);
    }

    /// Whether the word at `at` is one of `UPPERS*LOWERS+`.
    private static boolean lowerWord(char[] chars, int at, int end) {
        for (int i = at; i < end; i = next(chars, i, end)) {
            int flags = CharacterClass.at(chars, i, end);
            if ((flags & (LETTER | MARK)) == 0) {
                return false;
            }
            if ((flags & UPPER) == 0) {
                return true;
            }
        }
        return false;
    }

    /// Where the word at `at` ends with its contraction: capitals, then small letters; or -1.
    private static int word(char[] chars, int at, int end) {
        int i = at;
        // UPPERS* takes capitals, caseless letters and marks; LOWERS+ must take at least one, so the run of the
        // first gives back what lies behind its last capital, and goes on with the second.
        int lastLower = -1;
        while (i < end) {
            int flags = CharacterClass.at(chars, i, end);
            if ((flags & (LETTER | MARK)) == 0 || (flags & LOWER) != 0) {
                break;
            }
            if ((flags & UPPER) == 0) {
                lastLower = next(chars, i, end);
            }
            i = next(chars, i, end);
        }
        int uppers = i;
        while (i < end) {
            int flags = CharacterClass.at(chars, i, end);
            if ((flags & (LETTER | MARK)) == 0 || (flags & UPPER) != 0) {
                break;
            }
            i = next(chars, i, end);
        }
        int stop;
        if (i > uppers) {
            stop = i;
        } else if (lastLower > 0) {
            stop = lastLower;
        } else if (uppers > at) {
            stop = uppers;
        } else {
            return -1;
        }
        if (stop < end && chars[stop] == '\'') {
            int contraction = contraction(chars, stop, end, true);
            return Math.max(stop, contraction);
        }
        return stop;
    }

    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`; with `slash`, `[\r\n/]*`.
    private static int tail(char[] chars, int at, int end, boolean slash) {
        int i = chars[at] == ' ' && at + 1 < end ? at + 1 : at;
        if ((CharacterClass.at(chars, i, end) & (SPACE | LETTER | NUMBER)) == 0) {
            i = others(chars, i, end);
            while (i < end && (isBreak(chars[i]) || slash && chars[i] == '/')) {
                i++;
            }
            return i;
        }
        int spaces = at;
        int lastBreak = -1;
        while (spaces < end && isSpace(chars[spaces])) {
            if (isBreak(chars[spaces])) {
                lastBreak = spaces + 1;
            }
            spaces++;
        }
        return lastBreak > 0 ? lastBreak : spaces(chars, at, end);
    }

    /// `\s+(?!\S)|\s+`: all spaces, but the last when something follows and it is not the only one.
    private static int spaces(char[] chars, int at, int end) {
        int i = at;
        while (i < end && isSpace(chars[i])) {
            i++;
        }
        return i == end || i == at + 1 ? i : i - 1;
    }

    private static int run(char[] chars, int at, int end, int kind) {
        int i = at;
        while (i < end) {
            char c = chars[i];
            if (Character.isHighSurrogate(c)) {
                if ((CharacterClass.at(chars, i, end) & kind) == 0) {
                    return i;
                }
                i += 2;
            } else if ((CharacterClass.of(c) & kind) != 0) {
                i++;
            } else {
                return i;
            }
        }
        return i;
    }

    private static int others(char[] chars, int at, int end) {
        int i = at;
        while (i < end && (CharacterClass.at(chars, i, end) & (SPACE | LETTER | NUMBER)) == 0) {
            i = next(chars, i, end);
        }
        return i;
    }

    private static int numbers(char[] chars, int at, int end, int most) {
        int i = at;
        for (int n = 0; n < most && i < end && (CharacterClass.at(chars, i, end) & NUMBER) != 0; n++) {
            i = next(chars, i, end);
        }
        return i;
    }

    /// Where a contraction ends that begins with the apostrophe at `at`, or `at` if there is none. Without
    /// case, `ſ` is an s.
    private static int contraction(char[] chars, int at, int end, boolean anyCase) {
        if (at + 1 >= end) {
            return at;
        }
        char first = lower(chars[at + 1], anyCase);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return at + 2;
        }
        if (at + 2 < end) {
            char second = lower(chars[at + 2], anyCase);
            if (second == 'e' && (first == 'r' || first == 'v') || second == 'l' && first == 'l') {
                return at + 3;
            }
        }
        return at;
    }

    private static char lower(char c, boolean anyCase) {
        return !anyCase ? c : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == 'ſ' ? 's' : c;
    }

    private static boolean isSpace(char c) {
        return (CharacterClass.of(c) & SPACE) != 0;
    }

    private static boolean isBreak(char c) {
        return c == '\r' || c == '\n';
    }

    private static int next(char[] chars, int at, int end) {
        return Character.isHighSurrogate(chars[at]) && at + 1 < end ? at + 2 : at + 1;
    }
}
