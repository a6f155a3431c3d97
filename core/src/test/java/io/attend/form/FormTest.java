package io.attend.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Regular expressions as the JDK reads them, JSON as its schema says.
class FormTest {
    private static boolean accepts(Automaton automaton, String text) {
        return automaton.accepts(automaton.next(automaton.start(), text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Over texts of a few characters of one to four bytes, at random and changed from one another.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a*b+c?",
                "(a|bc)*",
                "(?:ab?){2,3}",
                "a{0,2}b{2}",
                "[a-c]+-[^a-cé]",
                ".*é.",
                "[é-😀]{1,2}b",
                "\\d\\w\\s?|\\D",
                "((a|b)(c|))*-?",
                "^ab|c$",
                "[\\w-]+",
                "\\u00e9[]a]",
                "",
                "(a*b){2,}",
                "[^\\s\\d]*",
                "a+?b*?"
            })
    void isThatOfTheJdk(String pattern) {
        Automaton automaton = new RegularExpression(pattern).automaton();
        String inner = pattern.equals("^ab|c$") ? "ab|c" : pattern.replace("[]a]", "[\\]a]");
        Pattern reference = Pattern.compile(inner);
        String[] characters = {"a", "b", "c", "-", "é", "€", "😀", "1", " ", "]", "\n"};
        SplittableRandom random = new SplittableRandom(pattern.hashCode());
        int matched = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(7);
            int kinds = 1 + random.nextInt(characters.length);
            for (int j = 0; j < length; j++) {
                text.append(characters[random.nextInt(kinds)]);
            }
            boolean expected = reference.matcher(text).matches();
            matched += expected ? 1 : 0;
            assertThat(accepts(automaton, text.toString()))
                    .as("%s of \"%s\"", pattern, text)
                    .isEqualTo(expected);
        }
        assertThat(matched).as("texts that match").isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "(a~regular expression (a, place 2: a ) is missing",
                "a)~regular expression a), place 1: there is a ) too many",
                "*a~regular expression *a, place 1: there is nothing to repeat",
                "[a~regular expression [a, place 2: a ] is missing",
                "[b-a]~regular expression [b-a], place 4: a range goes from one character to a later one",
                "a{3,2}~regular expression a{3,2}, place 6: from 3 to 2 times is never",
                "a{99999}~regular expression a{99999}, place 7: a count is a number up to 10000",
                "(?=a)~regular expression (?=a), place 2: of groups with ? only (?: is known, nothing that looks around, names or switches",
                "\\b~regular expression \\b, place 2: \\b is not known",
                "(a)\\1~regular expression (a)\\1, place 5: \\1 is not known",
                "a^b~regular expression a^b, place 2: an anchor may stand at the ends only",
                "a**~regular expression a**, place 2: what is repeated twice needs a group",
                "a\\~regular expression a\\, place 2: nothing follows the \\",
            })
    void refusesExpressionsItDoesNotUnderstand(String pattern, String message) {
        assertThatThrownBy(() -> new RegularExpression(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aFormThatIsTooLargeIsAnError() {
        assertThatThrownBy(() -> new RegularExpression("((a{1000}){1000}){1000}").automaton())
                .hasMessage("the form has more than 1000000 parts; ask for less, with shorter counts");
        assertThatThrownBy(() -> new RegularExpression("(a|b)*a(a|b){17}").automaton())
                .hasMessage("the form needs more than 20000 states; ask for less, with shorter counts");
        assertThatThrownBy(() -> new RegularExpression("(".repeat(5000)))
                .hasMessageEndingWith("groups are nested more than 200 deep");
    }

    private static final String PERSON = """
            {"$defs": {"name": {"type": "string", "minLength": 1, "maxLength": 9}}, "title": "a person",
             "type": "object", "required": ["name", "tags"], "properties": {
               "id": {"type": "integer"},
               "name": {"$ref": "#/$defs/name"},
               "age": {"type": ["number", "null"]},
               "tags": {"type": "array", "items": {"enum": ["a", "b\\"c", 3, null]}, "minItems": 1, "maxItems": 2},
               "is": {"anyOf": [{"type": "boolean"}, {"const": {"x": [1]}}]}}}""";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"x\",\"tags\":[\"a\"]}",
                "{\"id\": -10, \"name\": \"\u00e9\\n\\u0001\", \"age\": null, \"tags\": [3, null], \"is\": true}",
                "{\"name\":\"123456789\",\"age\":-0.5e+3,\"tags\":[\"b\\\"c\"],\"is\":{\"x\":[1]}}",
                "{\"id\":0,\"name\":\"\\\"\",\"tags\":[3],\"is\":false}",
            })
    void takesWhatASchemaDescribes(String text) {
        Automaton automaton = new JsonSchema(PERSON).automaton();
        assertThat(accepts(automaton, text)).isTrue();
        for (int end = 0; end < text.length(); end++) {
            assertThat(accepts(automaton, text.substring(0, end)))
                    .as("cut short")
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":\"x\"}",
                "{\"name\":\"\",\"tags\":[3]}",
                "{\"name\":\"1234567890\",\"tags\":[3]}",
                "{\"name\":\"x\",\"tags\":[]}",
                "{\"name\":\"x\",\"tags\":[3,3,3]}",
                "{\"name\":\"x\",\"tags\":[4]}",
                "{\"name\":\"x\"y\",\"tags\":[3]}",
                "{\"name\":\"x\ny\",\"tags\":[3]}",
                "{\"name\":\"x\",\"tags\":[3],\"other\":1}",
                "{\"id\":01,\"name\":\"x\",\"tags\":[3]}",
                "{\"id\":1.5,\"name\":\"x\",\"tags\":[3]}",
                "{\"tags\":[3],\"name\":\"x\"}",
                "{\"name\":\"x\",\"tags\":[3],}",
                "{,\"name\":\"x\",\"tags\":[3]}",
                "{\"name\":\"x\",\"tags\":[3]} ",
            })
    void takesNothingElse(String text) {
        assertThat(accepts(new JsonSchema(PERSON).automaton(), text)).isFalse();
    }

    @Test
    void patternsOfStringsStandInQuotes() {
        Automaton automaton =
                new JsonSchema("{\"type\": \"string\", \"pattern\": \"^a.\\\\s?[\\\"\\\\\\\\]\"}").automaton();
        assertThat(accepts(automaton, "\"ab\\\"\"")).isTrue();
        assertThat(accepts(automaton, "\"ab\\n\\\\ and more\"")).isTrue();
        assertThat(accepts(automaton, "\"ab\"")).isFalse();
        assertThat(accepts(automaton, "\"xab\\\"\"")).isFalse();
        Automaton optional = new JsonSchema(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}}}")
                .automaton();
        for (String text : new String[] {"{}", "{\"a\":null}", "{\"b\": null}", "{\"a\":null,\"b\":null}"}) {
            assertThat(accepts(optional, text)).as(text).isTrue();
        }
        assertThat(accepts(optional, "{\"b\":null,\"a\":null}")).isFalse();
        Automaton map =
                new JsonSchema("{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}").automaton();
        assertThat(accepts(map, "{\"x\": 1, \"y\": 2}")).isTrue();
        assertThat(accepts(map, "{\"x\": \"1\"}")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{\"type\": \"string\"~the JSON schema is not JSON: ",
                "[]~JSON schema, $: expected an object that says what may be written, not []",
                "{}~JSON schema, $: says no type; add \"type\", \"enum\", \"const\", \"anyOf\" or \"$ref\"",
                "{\"type\": \"text\"}~JSON schema, $: type \"text\" is none; known: string, integer, number, boolean, null, array, object",
                "{\"type\": \"integer\", \"minimum\": 3}~JSON schema, $: does not know minimum; known: ",
                "{\"type\": \"array\"}~JSON schema, $: says nothing of its items; add \"items\"",
                "{\"type\": \"object\"}~JSON schema, $: names no properties; add \"properties\", or",
                "{\"$ref\": \"#/x\"}~JSON schema, $: $ref \"#/x\" is no place in this schema",
                "{\"$ref\": \"#\"}~goes round or is nested more than 32 deep, which no automaton can follow",
                "{\"enum\": []}~JSON schema, $.enum: expected a list of at least one, not []",
                "{\"type\": \"string\", \"minLength\": -1}~JSON schema, $.minLength: expected a count, not -1",
                "{\"type\": \"string\", \"pattern\": \"(\"}~JSON schema, $.pattern: regular expression (, place 1: a ) is missing",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"null\"}}, \"required\": [\"b\"]}~JSON schema, $: requires b, which no property is called",
            })
    void refusesSchemasItDoesNotUnderstand(String schema, String message) {
        assertThatThrownBy(() -> new JsonSchema(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .satisfies(error -> assertThat(error.getMessage().lines()).hasSize(1));
    }
}
