package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.schedule.InverseSquareRoot;
import io.attend.value.ValueException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeTest {
    private static final String YAML = """
            data: {type: DateExamples}
            model: {type: Transformer2017, layers: 2}
            schedule: {type: InverseSquareRoot, peak: 0.003, warmup: 300}
            steps: 100
            """;

    @Test
    void readsWritesAndReadsTheSame() {
        Recipe recipe = Recipe.parse(YAML, List.of());
        assertThat(recipe.batch()).isEqualTo(64);
        assertThat(recipe.schedule()).isEqualTo(new InverseSquareRoot(0.003, 300));
        assertThat(Recipe.parse(recipe.toYaml(), List.of())).isEqualTo(recipe);
    }

    @Test
    void overridesApplyInOrderAndTheLastWins() {
        Recipe recipe = Recipe.parse(YAML, List.of("steps=5", "model.layers=7", "steps=9"));
        assertThat(recipe.steps()).isEqualTo(9);
        assertThat(((Transformer2017) recipe.model()).layers()).isEqualTo(7);
    }

    @Test
    void whatItDoesNotUnderstandItNames() {
        refuses("$: unknown [stepz]; Recipe has [data, ", "stepz=5");
        refuses("$.model: unknown [size]; Transformer2017 has [layers, width, heads, hidden, dropout]", "model.size=5");
        refuses("$.steps: expected a whole number, found \"many\"", "steps=many");
        refuses("$.steps: expected a whole number, found 1.5", "steps=1.5");
        refuses("$: steps must be at least 1, not 0", "steps=0");
        refuses("$: clip must be positive, at most 3.4028235E38, not -1.0", "clip=-1");
        refuses("$: \"steps\" is not key=value", "steps");
        refuses("$: \"optimizer.decay=1\": the recipe has no mapping optimizer", "optimizer.decay=1");
        refuses("$.schedule: unknown Schedule type Sawtooth; known: ", "schedule={type: Sawtooth}");
        refuses(
                "$.schedule.warmup: missing; InverseSquareRoot cannot do without it",
                "schedule={type: InverseSquareRoot, peak: 1}");
        assertThatThrownBy(() -> Recipe.parse("steps: 1\nsteps: 2\n", List.of()))
                .isInstanceOf(ValueException.class)
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> Recipe.parse("- a\n", List.of())).hasMessageContaining("a recipe is a YAML mapping");
        assertThatThrownBy(() -> Recipe.parse("a: [", List.of())).isInstanceOf(ValueException.class);
        assertThatThrownBy(() -> Recipe.parse("", List.of())).isInstanceOf(ValueException.class);
    }

    private static void refuses(String message, String override) {
        assertThatThrownBy(() -> Recipe.parse(YAML, List.of(override)))
                .isInstanceOf(ValueException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("\n");
    }
}
