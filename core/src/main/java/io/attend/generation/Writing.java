package io.attend.generation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// What is asked of a text to be written, beyond what the model's own [GenerationConfig] says.
///
/// @param decoding how words are chosen, instead of the model's own way; what the model forces or rules out
///     still holds
/// @param limit new tokens at most; where it is absent the decoding's, or the model's own
/// @param stops texts that end what is written, and are not part of it
/// @param prefix stands before the text, as T5 was taught its tasks
/// @param languages from which into which
/// @param settings what a task changes in the model's own settings
public record Writing(
        Optional<Decoding> decoding,
        OptionalInt limit,
        List<String> stops,
        String prefix,
        Languages languages,
        UnaryOperator<GenerationConfig> settings) {
    public Writing {
        stops = List.copyOf(stops);
        limit.ifPresent(Limit::check);
    }

    /// The model's own way.
    public static Writing usual() {
        return new Writing(
                Optional.empty(), OptionalInt.empty(), List.of(), "", Languages.NONE, UnaryOperator.identity());
    }

    public static Writing by(Decoding decoding) {
        return usual().decoding(decoding);
    }

    public Writing decoding(Decoding how) {
        return new Writing(Optional.of(how), limit, stops, prefix, languages, settings);
    }

    public Writing limit(int tokens) {
        return new Writing(decoding, OptionalInt.of(tokens), stops, prefix, languages, settings);
    }

    public Writing stops(List<String> texts) {
        return new Writing(decoding, limit, texts, prefix, languages, settings);
    }

    public Writing prefix(String text) {
        return new Writing(decoding, limit, stops, text, languages, settings);
    }

    public Writing languages(Languages which) {
        return new Writing(decoding, limit, stops, prefix, which, settings);
    }

    public Writing settings(UnaryOperator<GenerationConfig> change) {
        return new Writing(decoding, limit, stops, prefix, languages, change);
    }
}
