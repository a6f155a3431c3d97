package io.attend.vocabulary;

import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/// How a vocabulary fits texts it was not trained on.
///
/// @param tokens of all texts, without those that are put around them
/// @param unknown of these stand for what the vocabulary lacks
/// @param words runs of characters between white space
/// @param characters code points
/// @param visible code points that are not white space
/// @param lost visible code points that are in unknown tokens
/// @param bytes of the texts as UTF-8
/// @param spelling the bits it takes to spell what is unknown
/// @param texts how many there are
/// @param returned of these that decoding gives back as they were
record Fit(
        long tokens,
        long unknown,
        long words,
        long characters,
        long visible,
        long lost,
        long bytes,
        double spelling,
        long texts,
        long returned) {
    /// @param normalized a text as the tokenizer's normalizer leaves it
    static Fit of(Tokenizer tokenizer, List<String> texts, Spelling spelling, UnaryOperator<String> normalized) {
        return texts.parallelStream()
                .map(text -> of(tokenizer, text, spelling, normalized))
                .reduce(new Fit(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Fit::plus);
    }

    private static Fit of(Tokenizer tokenizer, String text, Spelling spelling, UnaryOperator<String> normalized) {
        Encoding encoding = tokenizer.encode(text, Specials.SKIP);
        int unk = tokenizer.unk().orElse(-1);
        long unknown = 0;
        long lost = 0;
        double bits = 0;
        for (int i = 0; i < encoding.size(); i++) {
            if (encoding.id(i) == unk) {
                unknown++;
                lost += visible(text.substring(encoding.start(i), encoding.end(i)));
                bits += spelling.bits(text, encoding.start(i), encoding.end(i));
            }
        }
        String stripped = text.strip();
        return new Fit(
                encoding.size(),
                unknown,
                stripped.isEmpty() ? 0 : stripped.split("\\s+").length,
                text.codePointCount(0, text.length()),
                visible(text),
                lost,
                text.getBytes(StandardCharsets.UTF_8).length,
                bits,
                1,
                tokenizer.decode(encoding.ids()).equals(normalized.apply(text)) ? 1 : 0);
    }

    private static long visible(String text) {
        return text.codePoints().filter(c -> !Character.isWhitespace(c)).count();
    }

    private Fit plus(Fit other) {
        return new Fit(
                tokens + other.tokens,
                unknown + other.unknown,
                words + other.words,
                characters + other.characters,
                visible + other.visible,
                lost + other.lost,
                bytes + other.bytes,
                spelling + other.spelling,
                texts + other.texts,
                returned + other.returned);
    }

    /// The share of visible characters that have tokens.
    double coverage() {
        return visible == 0 ? 1 : 1 - (double) lost / visible;
    }

    /// The share of texts that come back as they were.
    double returnRate() {
        return texts == 0 ? 1 : (double) returned / texts;
    }

    /// The share of tokens that are the unknown one.
    double unknownRate() {
        return tokens == 0 ? 0 : (double) unknown / tokens;
    }

    /// Bytes of text a token stands for: the ratio by which the text becomes shorter.
    double compression() {
        return (double) bytes / Math.max(1, tokens);
    }

    double charactersPerToken() {
        return (double) characters / Math.max(1, tokens);
    }

    double tokensPerWord() {
        return (double) tokens / Math.max(1, words);
    }
}
