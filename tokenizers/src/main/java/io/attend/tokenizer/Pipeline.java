package io.attend.tokenizer;

import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.postprocessor.PostProcessor;
import io.attend.tokenizer.pretokenizer.PreTokenizer;
import java.util.List;
import java.util.Optional;

/// Everything a `tokenizer.json` says, as a value: component for component what the file holds.
public record Pipeline(
        String version,
        Optional<Truncation> truncation,
        Optional<Padding> padding,
        List<AddedToken> addedTokens,
        Optional<Normalizer> normalizer,
        Optional<PreTokenizer> preTokenizer,
        Optional<PostProcessor> postProcessor,
        Optional<Decoder> decoder,
        Model model) {

    public Pipeline {
        if (!version.equals("1.0")) {
            throw new IllegalArgumentException("version is \"" + version + "\"; expected \"1.0\"");
        }
        addedTokens = List.copyOf(addedTokens);
    }

    /// A model and nothing around it.
    public Pipeline(Model model) {
        this(
                "1.0",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                model);
    }

    public Pipeline with(Truncation truncation) {
        return new Pipeline(
                version,
                Optional.of(truncation),
                padding,
                addedTokens,
                normalizer,
                preTokenizer,
                postProcessor,
                decoder,
                model);
    }

    public Pipeline with(Padding padding) {
        return new Pipeline(
                version,
                truncation,
                Optional.of(padding),
                addedTokens,
                normalizer,
                preTokenizer,
                postProcessor,
                decoder,
                model);
    }

    public Pipeline with(List<AddedToken> addedTokens) {
        return new Pipeline(
                version, truncation, padding, addedTokens, normalizer, preTokenizer, postProcessor, decoder, model);
    }

    public Pipeline with(Normalizer normalizer) {
        return new Pipeline(
                version,
                truncation,
                padding,
                addedTokens,
                Optional.of(normalizer),
                preTokenizer,
                postProcessor,
                decoder,
                model);
    }

    public Pipeline with(PreTokenizer preTokenizer) {
        return new Pipeline(
                version,
                truncation,
                padding,
                addedTokens,
                normalizer,
                Optional.of(preTokenizer),
                postProcessor,
                decoder,
                model);
    }

    public Pipeline with(PostProcessor postProcessor) {
        return new Pipeline(
                version,
                truncation,
                padding,
                addedTokens,
                normalizer,
                preTokenizer,
                Optional.of(postProcessor),
                decoder,
                model);
    }

    public Pipeline with(Decoder decoder) {
        return new Pipeline(
                version,
                truncation,
                padding,
                addedTokens,
                normalizer,
                preTokenizer,
                postProcessor,
                Optional.of(decoder),
                model);
    }

    public Pipeline with(Model model) {
        return new Pipeline(
                version, truncation, padding, addedTokens, normalizer, preTokenizer, postProcessor, decoder, model);
    }

    /// Without the cutting and filling that a file may ask for: every encoding is as long as its text.
    public Pipeline whole() {
        return new Pipeline(
                version,
                Optional.empty(),
                Optional.empty(),
                addedTokens,
                normalizer,
                preTokenizer,
                postProcessor,
                decoder,
                model);
    }
}
