package io.attend.tokenizer.postprocessor;

import io.attend.tokenizer.json.Shaped;
import io.attend.tokenizer.json.Spelled;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Special tokens and texts in the order of a template: `single` for one text, `pair` for two.
public record TemplateProcessing(List<Piece> single, List<Piece> pair, Map<String, SpecialToken> specialTokens)
        implements PostProcessor {

    public TemplateProcessing {
        single = List.copyOf(single);
        pair = List.copyOf(pair);
        specialTokens = Collections.unmodifiableMap(new LinkedHashMap<>(specialTokens));
        for (Piece piece : single) {
            check(piece, specialTokens);
            if (piece instanceof Sequence(Text id, int _) && id == Text.B) {
                throw new IllegalArgumentException("single names the second text, B; it has only A");
            }
        }
        for (Piece piece : pair) {
            check(piece, specialTokens);
        }
    }

    private static void check(Piece piece, Map<String, SpecialToken> specialTokens) {
        if (piece instanceof Special(String id, int _) && !specialTokens.containsKey(id)) {
            throw new IllegalArgumentException("the template names \"" + id
                    + "\", which special_tokens does not have; known: " + specialTokens.keySet());
        }
    }

    /// One place of a template.
    @Shaped(Shaped.Shape.ONE_KEY)
    public sealed interface Piece permits Sequence, Special {
        int typeId();
    }

    /// One of the texts.
    public record Sequence(Text id, int typeId) implements Piece {}

    /// A special token by name.
    @Spelled("SpecialToken")
    public record Special(String id, int typeId) implements Piece {}

    /// Which text.
    public enum Text {
        A,
        B
    }

    /// What a name stands for: usually one token.
    public record SpecialToken(String id, List<Integer> ids, List<String> tokens) {
        public SpecialToken {
            ids = List.copyOf(ids);
            tokens = List.copyOf(tokens);
        }

        /// One token.
        public SpecialToken(String token, int id) {
            this(token, List.of(id), List.of(token));
        }
    }

    @Override
    public List<Part> parts(boolean pair) {
        return (pair ? this.pair : single)
                .stream()
                        .map(piece -> switch (piece) {
                            case Sequence(Text id, int type) -> (Part) new Part.Sequence(id == Text.B, type);
                            case Special(String id, int type) ->
                                new Part.Special(specialTokens.get(id).ids(), type);
                        })
                        .toList();
    }
}
