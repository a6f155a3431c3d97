package io.attend.attention;

import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import java.util.Optional;
import java.util.OptionalInt;

/// Which tokens of a text see all of it and are seen by all: what a task needs, where the input does not say it
/// (`Tokens.global`).
///
/// @param choice which
/// @param separator the token between two texts, where the choice asks for it
public record GlobalTokens(@Default("\"given\"") Choice choice, OptionalInt separator) {
    /// What the input says, none where it says nothing.
    public static final GlobalTokens GIVEN = new GlobalTokens(Choice.GIVEN, OptionalInt.empty());
    public static final GlobalTokens FIRST = new GlobalTokens(Choice.FIRST, OptionalInt.empty());

    /// Which tokens are global.
    public enum Choice {
        /// Those the input names.
        GIVEN,
        /// The first, which a text is classified by.
        FIRST,
        /// Those before the first separator: a question.
        QUESTION,
        /// Those behind the first two separators: an answer to choose.
        ANSWER
    }

    public GlobalTokens {
        boolean asks = choice == Choice.QUESTION || choice == Choice.ANSWER;
        if (asks != separator.isPresent()) {
            throw new IllegalArgumentException(
                    asks
                            ? choice + " ends at a separator, and none is given"
                            : choice + " needs no separator; leave it out");
        }
    }

    /// Up to the first token of that id.
    public static GlobalTokens question(int separator) {
        return new GlobalTokens(Choice.QUESTION, OptionalInt.of(separator));
    }

    /// Behind the first token of that id and the one that follows it.
    public static GlobalTokens answer(int separator) {
        return new GlobalTokens(Choice.ANSWER, OptionalInt.of(separator));
    }

    /// Truth values [B, T]; absent where there are none. Padding is never among them.
    Optional<Tensor> of(Tensor x, Context context) {
        return context.global()
                .or(() -> chosen(x, context))
                .map(tokens -> context.keep().map(tokens::logicalAnd).orElse(tokens));
    }

    private Optional<Tensor> chosen(Tensor x, Context context) {
        Tensor places = Tensor.arange(0, x.size(1)).unsqueeze(0).expand(x.size(0), x.size(1)); // [B, T]
        return switch (choice) {
            case GIVEN -> Optional.empty();
            case FIRST -> Optional.of(places.eq(0));
            case QUESTION -> Optional.of(separators(x, context).eq(0));
            // behind the separator next to the first, as in <s> question </s></s> answer </s>
            case ANSWER -> Optional.of(places.gt(first(separators(x, context)).add(1)));
        };
    }

    /// How many separators there were up to each token, itself included, [B, T].
    private Tensor separators(Tensor x, Context context) {
        Tensor words = context.words()
                .filter(ids -> ids.size(1) == x.size(1))
                .orElseThrow(() -> new IllegalArgumentException(context.place() + ": global tokens up to the separator "
                        + separator.getAsInt() + " need words, and the input has none; name them in Tokens.global"));
        return words.eq(separator.getAsInt()).to(DType.INT64).cumsum(1);
    }

    /// Where the first separator stands, [B, 1]; the length where there is none.
    private static Tensor first(Tensor separators) {
        return separators.eq(0).to(DType.INT64).sum(1, Tensor.Axis.KEPT);
    }
}
