package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.decoder.WordPiece;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.normalizer.BertNormalizer;
import io.attend.tokenizer.postprocessor.BertProcessing;
import io.attend.tokenizer.postprocessor.NamedToken;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// `vocab.txt`: a token a line, BERT's WordPiece. Whether it lowercases is said by `do_lower_case` in the
/// `tokenizer_config.json` beside it; without one, by whether any token has a capital.
public record VocabularyText() implements Format {
    private static final long LIMIT = 1L << 28;

    @Override
    public boolean names(String fileName) {
        return fileName.endsWith("vocab.txt");
    }

    @Override
    public Loaded read(Path file) {
        Map<String, Integer> ids = new HashMap<>();
        int line = 0;
        for (String token : (Iterable<String>) Format.text(file, LIMIT).lines().map(String::stripTrailing)::iterator) {
            ids.put(token, line++);
        }
        JsonNode config = RoleNames.config(file, "tokenizer_config.json").path("do_lower_case");
        boolean lowercase = config.isBoolean() ? config.booleanValue() : isLowercase(ids.keySet());
        try {
            return new Loaded(bert(Vocabulary.of(ids), lowercase), RoleNames.NONE);
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(file + ": " + e.getMessage(), e);
        }
    }

    /// Whether no token but those in brackets has a capital.
    static boolean isLowercase(Collection<String> tokens) {
        return tokens.stream()
                .allMatch(t -> t.startsWith("[") || t.toLowerCase(Locale.ROOT).equals(t));
    }

    /// BERT's pipeline around a vocabulary.
    static Pipeline bert(Vocabulary vocabulary, boolean lowercase) {
        List<AddedToken> added = new ArrayList<>();
        for (String special : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
            vocabulary.id(special).ifPresent(id -> added.add(AddedToken.special(id, special)));
        }
        Pipeline pipeline = new Pipeline(new io.attend.tokenizer.model.WordPiece(vocabulary))
                .with(added)
                .with(new BertNormalizer(true, true, Optional.empty(), lowercase))
                .with(new BertPreTokenizer())
                .with(new WordPiece("##", true));
        if (vocabulary.id("[CLS]").isEmpty() || vocabulary.id("[SEP]").isEmpty()) {
            return pipeline;
        }
        return pipeline.with(new BertProcessing(
                new NamedToken("[SEP]", vocabulary.id("[SEP]").getAsInt()),
                new NamedToken("[CLS]", vocabulary.id("[CLS]").getAsInt())));
    }
}
