package io.attend.generation;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// From which language into which, where a tokenizer has tokens for languages: `de_DE` in mBART, `deu_Latn` in
/// NLLB, `__de__` in M2M-100, which may be written `de`.
///
/// @param source what is read; where absent what the tokenizer says by itself
/// @param target what is written; where absent what the model says by itself
public record Languages(Optional<String> source, Optional<String> target) {
    public static final Languages NONE = new Languages(Optional.empty(), Optional.empty());

    private static final Pattern CODE = Pattern.compile("[a-z]{2,3}_[A-Z]{2}|[a-z]{3}_[A-Z][a-z]{3}|__[a-z]{2,3}__");

    /// The token of a language.
    ///
    /// @throws IllegalArgumentException if the tokenizer has none
    static int token(Tokenizer tokenizer, String language) {
        for (String name : List.of(language, "__" + language + "__")) {
            OptionalInt id = tokenizer.id(name);
            if (id.isPresent() && CODE.matcher(name).matches()) {
                return id.getAsInt();
            }
        }
        String known = tokenizer.pipeline().addedTokens().stream()
                .map(AddedToken::content)
                .filter(name -> CODE.matcher(name).matches())
                .limit(100)
                .collect(Collectors.joining(", "));
        throw new IllegalArgumentException(
                known.isEmpty()
                        ? "the model has no tokens for languages, so \"" + language
                                + "\" cannot be chosen; leave the languages out"
                        : "the tokenizer has no language \"" + language + "\"; it has " + known);
    }

    static boolean isOne(Tokenizer tokenizer, OptionalInt id) {
        return id.isPresent() && isOne(tokenizer, id.getAsInt());
    }

    private static boolean isOne(Tokenizer tokenizer, int id) {
        return tokenizer.has(id) && CODE.matcher(tokenizer.token(id)).matches();
    }

    /// The ids of a source with the token of its language: instead of the one that stands there, or before the
    /// text.
    int[] read(Tokenizer tokenizer, int[] ids) {
        if (source.isEmpty()) {
            return ids;
        }
        int language = token(tokenizer, source.get());
        for (int i = 0; i < ids.length; i++) {
            if (isOne(tokenizer, ids[i])) {
                int[] changed = ids.clone();
                changed[i] = language;
                return changed;
            }
        }
        return IntStream.concat(IntStream.of(language), IntStream.of(ids)).toArray();
    }
}
