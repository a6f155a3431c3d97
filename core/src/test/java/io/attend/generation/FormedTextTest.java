package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Presets;
import io.attend.form.JsonSchema;
import io.attend.form.RegularExpression;
import io.attend.model.Transformer;
import io.attend.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Texts of a form, parts of texts and what ends them, of models that know nothing.
class FormedTextTest {
    private static final Tokenizer BYTES = Tokenizer.bytes(TextModel.SPECIALS);
    private static final Transformer MODEL = Transformer.initialize(
            Presets.gpt(BYTES.size(), 1, Presets.Size.width(10).heads(2).hidden(13), 400), 3);
    private static final TextModel TEXT = new TextModel(MODEL, BYTES);

    @AfterAll
    static void close() {
        MODEL.close();
    }

    private static final JsonSchema SCHEMA = new JsonSchema("""
            {"type": "object", "required": ["name", "size"], "properties": {
              "name": {"type": "string", "maxLength": 40}, "size": {"type": ["integer", "null"]},
              "tags": {"type": "array", "items": {"enum": ["a", "é", true]}}}}""");

    /// Drawn from hardly any knowledge and cut at every limit that is long enough, each text is whole.
    @Test
    void everyTextOfASchemaIsWhole() {
        JsonMapper json = JsonMapper.builder().build();
        int strings = 0;
        for (int seed = 0; seed < 12; seed++) {
            int limit = 27 + 9 * seed;
            String text = TEXT.write(
                            List.of("x"),
                            Writing.by(Sampling.temperature(1).seed(seed).limit(limit))
                                    .form(SCHEMA))
                    .getFirst();
            JsonNode tree = json.readTree(text);
            assertThat(tree.propertyNames()).as(text).contains("name", "size").isSubsetOf("name", "size", "tags");
            assertThat(tree.get("name").isString()).isTrue();
            assertThat(tree.get("size").isNull() || tree.get("size").isIntegralNumber())
                    .isTrue();
            strings += tree.get("name").stringValue().length();
            if (tree.has("tags")) {
                tree.get("tags").forEach(tag -> assertThat(tag.toString()).isIn("\"a\"", "\"é\"", "true"));
            }
        }
        assertThat(strings).as("characters of names").isPositive();
    }

    @Test
    void everyWayOfWritingHoldsToAForm() {
        RegularExpression form = new RegularExpression("(yes|no|é€), because [a-f]{2,7}\\.");
        for (Decoding how : List.of(
                new Greedy(40),
                new Greedy(40, List.of(new TopK(1), new NoRepeat(1))),
                Sampling.temperature(2).limit(40),
                Beam.of(3).limit(40),
                new Contrastive(40, 3, 0.5, List.of()),
                new Speculative(Sampling.temperature(1.5).limit(40), new LookUp(4, 1)))) {
            for (String text : TEXT.write(List.of("x", "why? "), Writing.by(how).form(form))) {
                assertThat(text).as("%s", how).matches("(yes|no|é€), because [a-f]{2,7}\\.");
            }
        }
    }

    @Test
    void refusesAFormThatCannotBeWritten() {
        assertThatThrownBy(() ->
                        TEXT.write(List.of("x"), Writing.by(new Greedy(19)).form(SCHEMA)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the shortest text of the form has 20 tokens, but the limit is 19; give a larger one");
        Tokenizer letters = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);
        try (Transformer model = Transformer.initialize(
                Presets.gpt(letters.size(), 1, Presets.Size.width(10).heads(2).hidden(13), 40), 3)) {
            TextModel text = new TextModel(model, letters);
            assertThat(text.write(List.of("a"), Writing.by(new Greedy(9)).form(new RegularExpression("b(x|ca)"))))
                    .as("a way that its letters cannot go is not begun")
                    .containsExactly("bca");
            assertThatThrownBy(() ->
                            text.write(List.of("a"), Writing.by(new Greedy(9)).form(new RegularExpression("bx"))))
                    .hasMessage("the tokens of this model cannot write any text of the form");
        }
    }

    /// Characters of several bytes come whole, by callback and one by one, and together are the text.
    @Test
    void partsAreNeverHalfACharacter() {
        Writing how = Writing.by(Sampling.temperature(1).limit(60)).form(new RegularExpression("[a€😀é]{9}x"));
        String whole = TEXT.write(List.of("x"), how).getFirst();
        assertThat(whole.codePointCount(0, whole.length())).isEqualTo(10);
        List<String> told = new ArrayList<>();
        TEXT.write("x", how, told::add);
        List<String> taken = new ArrayList<>();
        try (TextParts parts = TEXT.parts("x", how)) {
            parts.forEachRemaining(taken::add);
            assertThatThrownBy(parts::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(taken).isEqualTo(told).hasSize(10);
        assertThat(String.join("", told)).isEqualTo(whole);
        told.forEach(part -> assertThat(part.codePointCount(0, part.length())).isEqualTo(1));
        try (TextParts parts = TEXT.parts("x", how)) {
            assertThat(parts.next()).isEqualTo(told.getFirst()); // and is closed in the middle
        }
        try (TextParts parts = TEXT.parts("", how)) {
            assertThatThrownBy(parts::hasNext).hasMessageStartingWith("the prompt is empty");
        }
    }

    @Test
    void whoeverHasHeardEnoughEndsTheText() {
        StringBuilder heard = new StringBuilder();
        TEXT.writeWhile("x", Writing.by(new Greedy(300)).form(new RegularExpression("a{250}")), part -> {
            heard.append(part);
            return heard.length() < 7;
        });
        assertThat(heard).hasToString("aaaaaaa");
    }

    /// A stop string is found wherever tokens cut it, and one that never comes leaves the limit.
    @Test
    void stopsAcrossTokens() {
        Writing all = Writing.by(new Greedy(40)).form(new RegularExpression("abcd€f{30}"));
        assertThat(TEXT.write(List.of("x"), all.stops(List.of("never", "d€f")))).containsExactly("abc");
        assertThat(TEXT.write(List.of("x"), all.stops(List.of("never")))).containsExactly("abcd€" + "f".repeat(30));
    }

    /// Several callers' texts through a scheduler, in a form or not, are those written alone.
    @Test
    void aSchedulerWritesTexts() throws Exception {
        List<Writing> ways = List.of(
                Writing.by(new Greedy(30)),
                Writing.by(Sampling.temperature(1).limit(50)).form(SCHEMA),
                Writing.by(new Greedy(30))
                        .form(new RegularExpression("[ab€]{2,20}"))
                        .stops(List.of("ba")));
        try (Scheduler scheduler = new Scheduler(MODEL, new Scheduler.Limits(2, 10))) {
            List<java.util.concurrent.CompletableFuture<String>> answers = IntStream.range(0, 9)
                    .mapToObj(i -> TEXT.submit(scheduler, "abc".repeat(1 + i), ways.get(i % 3), _ -> true))
                    .toList();
            for (int i = 0; i < 9; i++) {
                assertThat(answers.get(i).get())
                        .isEqualTo(TEXT.write(List.of("abc".repeat(1 + i)), ways.get(i % 3))
                                .getFirst());
            }
        }
    }

    @Test
    void theSameFormIsPreparedOnce() {
        Set<Integer> ends = Set.of(2);
        assertThat(TEXT.automaton(SCHEMA, ends)).isSameAs(TEXT.automaton(new JsonSchema(SCHEMA.schema()), ends));
    }
}
