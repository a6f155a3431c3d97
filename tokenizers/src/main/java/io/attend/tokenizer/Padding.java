package io.attend.tokenizer;

import io.attend.tokenizer.json.Shaped;
import java.util.OptionalInt;

/// How encodings are made equally long: with `padToken`, on the side `direction` says, to the length `strategy`
/// says, rounded up to a multiple of `padToMultipleOf`.
public record Padding(
        Strategy strategy,
        Direction direction,
        OptionalInt padToMultipleOf,
        int padId,
        int padTypeId,
        String padToken) {

    static final Padding DEFAULT = new Padding(new BatchLongest(), Direction.RIGHT, OptionalInt.empty(), 0, 0, "[PAD]");

    /// To which length.
    @Shaped(Shaped.Shape.ONE_KEY)
    public sealed interface Strategy permits BatchLongest, Fixed {}

    /// That of the longest encoding of a batch.
    public record BatchLongest() implements Strategy {}

    /// Always this one.
    public record Fixed(int length) implements Strategy {}

    /// The length a batch is padded to, whose longest encoding has `longest` tokens.
    int length(int longest) {
        int length = strategy instanceof Fixed(int fixed) ? fixed : longest;
        int multiple = padToMultipleOf.orElse(0);
        return multiple > 0 && length % multiple > 0 ? length + multiple - length % multiple : length;
    }
}
