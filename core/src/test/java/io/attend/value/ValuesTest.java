package io.attend.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ValuesTest {
    /// A family of every sort of component.
    sealed interface Plan permits Rest, Walk {}

    record Rest() implements Plan {}

    record Walk(
            String where,
            int steps,
            long heartbeats,
            @Default("0.5") double slope,
            boolean uphill,
            Pace pace,
            @Default("[]") List<Integer> stops,
            Optional<String> companion,
            OptionalInt dogs,
            OptionalDouble weight,
            @Default("\"Rest\"") Plan after)
            implements Plan {
        Walk {
            if (steps < 1) {
                throw new IllegalArgumentException("steps must be at least 1, not " + steps);
            }
        }
    }

    record Broken(int number) {
        Broken {
            if (number > 0) {
                throw new IllegalStateException("a mistake");
            }
        }
    }

    enum Pace {
        SLOW,
        AS_FAST_AS_IT_GOES
    }

    private static final String LEAST =
            "\"where\": \"home\", \"steps\": 7, \"heartbeats\": 11, \"uphill\": true, \"pace\": \"slow\"";
    private static final Walk LEAST_WALK = new Walk(
            "home",
            7,
            11,
            0.5,
            true,
            Pace.SLOW,
            List.of(),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            new Rest());
    private static final Walk FULL_WALK = new Walk(
            "up \"there\"\n",
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            1e-300,
            false,
            Pace.AS_FAST_AS_IT_GOES,
            List.of(3, 5),
            Optional.of("Ada"),
            OptionalInt.of(2),
            OptionalDouble.of(0.1),
            LEAST_WALK);

    @Test
    void writesEveryKeyButAbsentOnes() {
        assertThat(Values.json(LEAST_WALK)).isEqualTo("""
                {
                  "where" : "home",
                  "steps" : 7,
                  "heartbeats" : 11,
                  "slope" : 0.5,
                  "uphill" : true,
                  "pace" : "slow",
                  "stops" : [ ],
                  "after" : "Rest"
                }
                """);
    }

    @Test
    void namesTheTypeWhereOnlyTheFamilyIsKnown() {
        assertThat(Values.jsonWithType(LEAST_WALK)).startsWith("{\n  \"type\" : \"Walk\",\n  \"where\"");
        assertThat(Values.jsonWithType(new Rest())).isEqualTo("\"Rest\"\n");
        assertThat(Values.json(FULL_WALK))
                .contains("\"pace\" : \"as-fast-as-it-goes\"")
                .contains("\"type\" : \"Walk\"");
    }

    @Test
    void readsWhatItWrites() {
        for (Walk walk : List.of(LEAST_WALK, FULL_WALK)) {
            assertThat(Values.parse(Walk.class, Values.json(walk))).isEqualTo(walk);
            assertThat(Values.parse(Plan.class, Values.jsonWithType(walk))).isEqualTo(walk);
        }
        assertThat(Values.parse(Plan.class, "\"Rest\"")).isEqualTo(new Rest());
        assertThat(Values.parse(Plan.class, "{\"type\": \"Rest\"}")).isEqualTo(new Rest());
    }

    @Test
    void fillsInWhatIsLeftOut() {
        assertThat(Values.parse(Walk.class, "{" + LEAST + "}")).isEqualTo(LEAST_WALK);
    }

    @Test
    void keysComeInAnyOrder() {
        assertThat(Values.parse(
                        Plan.class,
                        "{\"pace\": \"slow\", \"uphill\": true, \"type\": \"Walk\", \"steps\": 7, \"heartbeats\": 11, \"where\":"
                                + " \"home\"}"))
                .isEqualTo(LEAST_WALK);
    }

    @Test
    void wholeNumbersServeAsFractions() {
        assertThat(Values.parse(Walk.class, "{" + LEAST + ", \"slope\": 2, \"weight\": 3}"))
                .isEqualTo(new Walk(
                        "home",
                        7,
                        11,
                        2.0,
                        true,
                        Pace.SLOW,
                        List.of(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalDouble.of(3),
                        new Rest()));
    }

    /// Each line: a piece that replaces or joins the least walk, and the whole message.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            "steps": 7.0        | $.steps: expected a whole number, found 7.0
            "steps": 7.5        | $.steps: expected a whole number, found 7.5
            "steps": "7"        | $.steps: expected a whole number, found "7"
            "steps": true       | $.steps: expected a whole number, found true
            "steps": null       | $.steps: expected a whole number, found null
            "steps": [7]        | $.steps: expected a whole number, found [7]
            "steps": 2147483648 | $.steps: expected a whole number, found 2147483648
            "steps": 1e3        | $.steps: expected a whole number, found 1000.0
            "steps": 0          | $: steps must be at least 1, not 0
            "heartbeats": 9223372036854775808 | $.heartbeats: expected a whole number, found 9223372036854775808
            "slope": "steep"    | $.slope: expected a number, found "steep"
            "slope": null       | $.slope: expected a number, found null
            "slope": 1e400      | $.slope: expected a number, found "Infinity"
            "uphill": 1         | $.uphill: expected true or false, found 1
            "uphill": "true"    | $.uphill: expected true or false, found "true"
            "where": 5          | $.where: expected a text, found 5
            "where": null       | $.where: expected a text, found null
            "pace": "SLOW"      | $.pace: unknown SLOW; known: slow, as-fast-as-it-goes
            "pace": "quick"     | $.pace: unknown quick; known: slow, as-fast-as-it-goes
            "pace": 1           | $.pace: expected a text, found 1
            "stops": 3          | $.stops: expected a list, found 3
            "stops": [3, "5"]   | $.stops[1]: expected a whole number, found "5"
            "stops": [3, null]  | $.stops[1]: expected a whole number, found null
            "companion": 3      | $.companion: expected a text, found 3
            "companion": null   | $.companion: expected a text, found null
            "dogs": 1.5         | $.dogs: expected a whole number, found 1.5
            "weight": "heavy"   | $.weight: expected a number, found "heavy"
            "colour": "red"     | $: unknown [colour]; Walk has [where, steps, heartbeats, slope, uphill, pace, stops, companion, dogs, weight, after]
            "type": "Walk"      | $: unknown [type]; Walk has [where, steps, heartbeats, slope, uphill, pace, stops, companion, dogs, weight, after]
            "after": "Sleep"    | $.after: unknown Plan type Sleep; known: Rest, Walk
            "after": {"type": "Sleep"}    | $.after: unknown Plan type Sleep; known: Rest, Walk
            "after": {"type": 3}          | $.after: needs a "type", one of Rest, Walk
            "after": {}         | $.after: needs a "type", one of Rest, Walk
            "after": []         | $.after: needs a "type", one of Rest, Walk
            "after": null       | $.after: needs a "type", one of Rest, Walk
            "after": 3          | $.after: needs a "type", one of Rest, Walk
            "after": {"type": "Rest", "long": true} | $.after: unknown [long]; Rest has []
            "after": "Walk"     | $.after.where: missing; Walk cannot do without it
            "after": {"type": "Walk", "where": "out", "steps": -1, "heartbeats": 1, "uphill": true, "pace": "slow"} | $.after: steps must be at least 1, not -1
            """)
    void refuses(String piece, String message) {
        String key = piece.substring(0, piece.indexOf(':'));
        String json = "{" + (LEAST.contains(key) ? without(key) : LEAST) + ", " + piece + "}";
        assertThatThrownBy(() -> Values.parse(Walk.class, json))
                .as(json)
                .isExactlyInstanceOf(ValueException.class)
                .hasMessage(message);
    }

    private static String without(String key) {
        return java.util.Arrays.stream(LEAST.split(", "))
                .filter(piece -> !piece.startsWith(key))
                .collect(java.util.stream.Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource({"where", "steps", "heartbeats", "uphill", "pace"})
    void refusesToGuess(String key) {
        assertThatThrownBy(() -> Values.parse(Walk.class, "{" + without("\"" + key + "\"") + "}"))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessage("$." + key + ": missing; Walk cannot do without it");
    }

    @Test
    void refusesWhatIsNotAnObject() {
        String keys = "$: expected an object with the keys of Walk, found ";
        assertRefused("3", keys + "3");
        assertRefused("null", keys + "null");
        assertRefused("[]", keys + "[]");
        assertRefused("\"Walk\"", keys + "\"Walk\"");
        assertRefused("", "$: expected an object with the keys of Walk, found nothing");
        assertRefused("  \n ", "$: expected an object with the keys of Walk, found nothing");
    }

    @Test
    void refusesBrokenJsonNamingThePlace() {
        assertRefused("{" + LEAST + ", \"steps\": 8}", "$: Duplicate Object property \"steps\" at line 1, column 88");
        assertThatThrownBy(() -> Values.parse(Walk.class, "{" + LEAST + "} {}"))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessageStartingWith("$: Trailing token")
                .hasMessageContaining("at line 1, column");
        assertThatThrownBy(() -> Values.parse(Walk.class, "{" + LEAST))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessageStartingWith("$: Unexpected end-of-input")
                .hasMessageContaining("at line 1, column");
        assertThatThrownBy(() -> Values.parse(Walk.class, "{\n" + LEAST + ",\n \"slope\": NaN}"))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessageContaining("NaN")
                .hasMessageContaining("at line 3, column");
        assertThatThrownBy(() -> Values.parse(Walk.class, "[".repeat(100_000)))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessageStartingWith("$: ");
        assertThatThrownBy(() -> Values.parse(Walk.class, "{\"steps\": " + "1".repeat(100_000) + "}"))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessageStartingWith("$: ");
    }

    @Test
    void aMessageIsOneLineWhateverTheFileHolds() {
        for (String piece : List.of(
                "\"pace\": \"a\\nb\"",
                "\"after\": \"a\\r\\nb\"",
                "\"a\\nb\": 3",
                "\"after\": {\"type\": \"a\\u0000\\u001bb\"}",
                "\"where\": [\"a\\nb\"]")) {
            String key = piece.substring(0, piece.indexOf(':'));
            assertThatThrownBy(() -> Values.parse(Walk.class, "{" + without(key) + ", " + piece + "}"))
                    .as(piece)
                    .isExactlyInstanceOf(ValueException.class)
                    .satisfies(e -> assertThat(e.getMessage().chars().allMatch(c -> c >= ' '))
                            .as(e.getMessage())
                            .isTrue());
        }
        assertThatThrownBy(() -> Values.parse(
                        Walk.class, "{" + without("\"pace\"") + ", \"pace\": \"" + "x".repeat(9999) + "\"}"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
        assertThatThrownBy(() -> Values.parse(Walk.class, "{" + LEAST + ", \"" + "x".repeat(9999) + "\": 1}"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void namesTheComponentThatHasNoForm() {
        record Odd(Object thing) {}
        assertThatThrownBy(() -> Values.parse(Odd.class, "{\"thing\": 3}"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("no JSON form for java.lang.Object");
        assertThatThrownBy(() -> Values.json(new Odd(new Object())))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("no JSON form for java.lang.Object");
    }

    /// A mistake in our own code is not the file's fault.
    @Test
    void aBrokenConstructorIsNotTheFilesFault() {
        assertThatThrownBy(() -> Values.parse(Broken.class, "{\"number\": 3}"))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("a mistake");
    }

    @Test
    void readsTreesOfOtherMappers() {
        JsonMapper mapper = JsonMapper.builder().build();
        assertThat(Values.read(Walk.class, Values.tree(mapper, "{" + LEAST + "}")))
                .isEqualTo(LEAST_WALK);
        assertThat(Values.read(Walk.class, Values.write(FULL_WALK))).isEqualTo(FULL_WALK);
    }

    private static void assertRefused(String json, String message) {
        assertThatThrownBy(() -> Values.parse(Walk.class, json))
                .as(json)
                .isExactlyInstanceOf(ValueException.class)
                .hasMessage(message);
    }
}
