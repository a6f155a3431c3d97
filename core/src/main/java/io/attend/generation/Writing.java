package io.attend.generation;

import io.attend.form.Form;
import io.attend.model.Transformer;
import io.attend.state.Cache;
import io.attend.state.GrowingCache;
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
/// @param form what every text must look like
/// @param cache how keys and values are kept
/// @param draft a smaller model of the same words that guesses ahead, for [Speculative]
public record Writing(
        Optional<Decoding> decoding,
        OptionalInt limit,
        List<String> stops,
        String prefix,
        Languages languages,
        UnaryOperator<GenerationConfig> settings,
        Optional<Form> form,
        Cache cache,
        Optional<Transformer> draft) {
    public Writing {
        stops = List.copyOf(stops);
        limit.ifPresent(Limit::check);
    }

    /// The model's own way.
    public static Writing usual() {
        return new Writing(
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                "",
                Languages.NONE,
                UnaryOperator.identity(),
                Optional.empty(),
                GrowingCache.EXAMPLE,
                Optional.empty());
    }

    public static Writing by(Decoding decoding) {
        return usual().decoding(decoding);
    }

    public Writing decoding(Decoding how) {
        return new Writing(Optional.of(how), limit, stops, prefix, languages, settings, form, cache, draft);
    }

    public Writing limit(int tokens) {
        return new Writing(decoding, OptionalInt.of(tokens), stops, prefix, languages, settings, form, cache, draft);
    }

    public Writing stops(List<String> texts) {
        return new Writing(decoding, limit, texts, prefix, languages, settings, form, cache, draft);
    }

    public Writing prefix(String text) {
        return new Writing(decoding, limit, stops, text, languages, settings, form, cache, draft);
    }

    public Writing languages(Languages which) {
        return new Writing(decoding, limit, stops, prefix, which, settings, form, cache, draft);
    }

    public Writing settings(UnaryOperator<GenerationConfig> change) {
        return new Writing(decoding, limit, stops, prefix, languages, change, form, cache, draft);
    }

    /// Texts of a form alone.
    public Writing form(Form what) {
        return new Writing(decoding, limit, stops, prefix, languages, settings, Optional.of(what), cache, draft);
    }

    public Writing cache(Cache how) {
        return new Writing(decoding, limit, stops, prefix, languages, settings, form, how, draft);
    }

    public Writing draft(Transformer model) {
        return new Writing(decoding, limit, stops, prefix, languages, settings, form, cache, Optional.of(model));
    }
}
