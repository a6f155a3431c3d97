package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PuzzlesTest {
    static List<Dataset> all() {
        return List.of(CopyExamples.EXAMPLE, RecallExamples.EXAMPLE, ListOps.EXAMPLE, new CopyExamples(1, 3, 101, 7));
    }

    /// The same for the same seed, another for another, and nothing that is held out for one seed is learned
    /// from for any.
    @ParameterizedTest
    @MethodSource("all")
    void nothingHeldOutIsLearnedFrom(Dataset data) {
        assertThat(data.training(1)).isEqualTo(data.training(1)).isNotEqualTo(data.training(2));
        Set<String> learned = new HashSet<>();
        Set<String> heldOut = new HashSet<>();
        for (long seed = 0; seed < 5; seed++) {
            data.training(seed).forEach(example -> example.texts().forEach(learned::add));
            data.heldOut(seed).forEach(example -> example.texts().forEach(heldOut::add));
        }
        assertThat(learned).isNotEmpty();
        assertThat(heldOut).isNotEmpty().doesNotContainAnyElementsOf(learned);
    }

    @Test
    void copiesTheLetterThatIsAskedFor() {
        for (Labeled example : new CopyExamples(5, 7, 300, 7).training(3)) {
            assertThat(example.text()).matches("[a-z]{5}\\.{7}[A-E]");
            int asked = example.text().charAt(12) - 'A';
            assertThat(example.label()).isEqualTo(example.text().substring(asked, asked + 1));
        }
    }

    @Test
    void recallsTheNumberOfTheLetter() {
        for (Labeled example : new RecallExamples(7, 300, 7).training(3)) {
            String text = example.text();
            assertThat(text).matches("([a-z]\\d){7}\\?\\?[a-z]");
            String pairs = text.substring(0, 14);
            assertThat(pairs.replaceAll("\\d", "").chars().distinct()).hasSize(7);
            assertThat(pairs).contains(text.substring(16) + example.label());
        }
    }

    /// The results of the paper's grammar by a calculator of its own: it reads tokens, and a stack holds open
    /// operations.
    @Test
    void operationsComeToWhatTheyDo() {
        List<Labeled> examples = new ListOps(3, 61, 6, 6, 700, 7).training(3);
        Set<String> seen = new HashSet<>();
        for (Labeled example : examples) {
            List<String> tokens = List.of(example.text().split(" "));
            assertThat(tokens.size()).isGreaterThan(3).isLessThan(61);
            assertThat(result(example.text())).as(example.text()).isEqualTo(Integer.parseInt(example.label()));
            seen.addAll(tokens);
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "[MIN", "[MAX", "[MED", "[SM", "]", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    /// By hand; a median between two numbers is cut, as int(numpy.median(...)) cuts it.
    @ParameterizedTest
    @CsvSource({
        "[MAX 2 9 [MIN 4 7 ] 0 ], 9",
        "[MED 1 2 ], 1",
        "[MED 9 0 4 ], 4",
        "[SM 9 9 [MED 8 7 3 1 ] ], 3",
        "[MIN [MAX 3 5 ] [SM 5 6 ] ], 1"
    })
    void theCalculatorOfThisTestIsRight(String text, int expected) {
        assertThat(result(text)).isEqualTo(expected);
    }

    private static int result(String text) {
        Deque<String> operations = new ArrayDeque<>();
        Deque<List<Integer>> arguments = new ArrayDeque<>(List.of(new ArrayList<>()));
        for (String token : text.split(" ")) {
            if (token.startsWith("[")) {
                operations.push(token);
                arguments.push(new ArrayList<>());
            } else if (token.equals("]")) {
                int[] values = arguments.pop().stream()
                        .mapToInt(Integer::intValue)
                        .sorted()
                        .toArray();
                double middle = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2.0;
                int sum = 0;
                for (int value : values) {
                    sum += value;
                }
                arguments
                        .element()
                        .add(
                                switch (operations.pop()) {
                                    case "[MIN" -> values[0];
                                    case "[MAX" -> values[values.length - 1];
                                    case "[MED" -> (int) middle;
                                    case "[SM" -> sum % 10;
                                    default -> throw new AssertionError(text);
                                });
            } else {
                arguments.element().add(Integer.parseInt(token));
            }
        }
        assertThat(operations).isEmpty();
        return arguments.element().getFirst();
    }

    /// One draw in four nests: of trees of any length one in four is not a digit, and of those with two
    /// arguments, whose tokens may be four, a share of 1/5 · 9/16 has no more.
    @Test
    void oneInFourNests() {
        List<Labeled> any = new ListOps(0, 1 << 20, 4, 6, 8000, 7).training(5);
        double nested = any.stream().filter(e -> e.text().startsWith("[")).count();
        double shortest = any.stream()
                .filter(e -> e.text().matches("\\[\\w+ \\d \\d \\]"))
                .count();
        assertThat(shortest / nested).isCloseTo(9.0 / 16 / 5, within(0.03));
        double digits = new ListOps(0, 1 << 20, 2, 2, 8000, 7)
                .training(5).stream()
                        .mapToLong(e -> e.text().length())
                        .filter(length -> length > 1)
                        .count();
        assertThat(digits / 8000).isCloseTo(0.25, within(0.03));
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatThrownBy(() -> new CopyExamples(27, 1, 1, 1)).hasMessage("letters must be from 1 to 26, not 27");
        assertThatThrownBy(() -> new CopyExamples(2, -1, 1, 1)).hasMessageContaining("distance must be from 0");
        assertThatThrownBy(() -> new RecallExamples(0, 1, 1)).hasMessage("pairs must be from 1 to 26, not 0");
        assertThatThrownBy(() -> new ListOps(5, 6, 3, 3, 1, 1))
                .hasMessage("there is no length above shortest 5 and below longest 6");
        assertThatThrownBy(() -> new ListOps(5, 9, 0, 3, 1, 1)).hasMessage("depth must be from 1 to 100, not 0");
        assertThatThrownBy(() -> new ListOps(5, 9, 3, 1, 1, 1)).hasMessage("arguments must be from 2 to 1000, not 1");
        assertThatThrownBy(() -> new RecallExamples(3, 0, 1)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> new ListOps(50, 60, 2, 3, 1, 1).training(1))
                .hasMessageContaining("none has more than 50 and less than 60 tokens");
    }
}
