package io.attend.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.data.Dataset;
import io.attend.data.Fields;
import io.attend.task.Task;
import io.attend.training.Blueprint;
import io.attend.value.Default;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import io.attend.value.Source;
import io.attend.value.ValueException;
import io.attend.value.Values;
import io.attend.value.Variants;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/// What every variant of every family owes, found through `permits` alone.
class CatalogueTest {
    /// Families whose variants are no part of a model: their tests are those of their packages.
    private static final Set<Class<?>> BEHAVIOUR_TESTED_ELSEWHERE =
            Set.of(Dataset.class, Fields.class, Blueprint.class, Task.class);

    static Stream<Class<? extends Record>> variants() {
        return Catalogue.families().stream()
                .flatMap(family -> Variants.of(family).values().stream())
                .distinct();
    }

    // ---- documentation ----

    /// What is missing from a variant: nothing, if it is fit for the catalogue.
    private static List<String> missing(Class<? extends Record> variant) {
        String name = variant.getSimpleName();
        List<String> missing = new ArrayList<>();
        Source source = variant.getAnnotation(Source.class);
        if (source == null) {
            missing.add(name + " has no @Source: name the publication it follows");
        } else if (source.paper().isBlank()
                || (source.arxiv().isBlank() && source.reference().isBlank())) {
            missing.add(name + "'s @Source needs a title, and an arXiv number or a reference");
        } else if (!source.arxiv().isEmpty() && !source.arxiv().matches("\\d{4}\\.\\d{4,5}")) {
            missing.add(name + "'s arXiv number " + source.arxiv() + " is none");
        }
        if (Arrays.stream(variant.getFields())
                .noneMatch(field -> field.getName().equals("EXAMPLE")
                        && field.getType() == variant
                        && Modifier.isStatic(field.getModifiers()))) {
            missing.add(name + " has no EXAMPLE: add a public static final " + name + " EXAMPLE");
        }
        page(variant)
                .ifPresentOrElse(
                        page -> {
                            if (!page.strip().equals(page.stripTrailing()) || !page.contains(".")) {
                                missing.add(name + "'s page does not begin with a sentence that says what it is");
                            }
                        },
                        () -> missing.add(name + " has no page: say above it, in /// Markdown, what it is"));
        return missing;
    }

    private static Optional<String> page(Class<?> type) {
        try {
            return Variants.page(type);
        } catch (IllegalStateException e) {
            return Optional.empty(); // no source travels with it
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void isDocumented(Class<? extends Record> variant) {
        assertThat(missing(variant)).isEmpty();
    }

    record Bare() {}

    @Source(paper = "On Nothing")
    record WithoutReference() {
        public static final WithoutReference EXAMPLE = new WithoutReference();
    }

    @Source(paper = "On Nothing", arxiv = "https://arxiv.org/abs/1706.03762")
    record WithAnAddress() {
        public static final String EXAMPLE = "of another type";
    }

    @Test
    void theCheckOfDocumentationNamesWhatIsMissing() {
        assertThat(missing(Bare.class))
                .containsExactly(
                        "Bare has no @Source: name the publication it follows",
                        "Bare has no EXAMPLE: add a public static final Bare EXAMPLE",
                        "Bare has no page: say above it, in /// Markdown, what it is");
        assertThat(missing(WithoutReference.class))
                .containsExactly(
                        "WithoutReference's @Source needs a title, and an arXiv number or a reference",
                        "WithoutReference has no page: say above it, in /// Markdown, what it is");
        assertThat(missing(WithAnAddress.class))
                .containsExactly(
                        "WithAnAddress's arXiv number https://arxiv.org/abs/1706.03762 is none",
                        "WithAnAddress has no EXAMPLE: add a public static final WithAnAddress EXAMPLE",
                        "WithAnAddress has no page: say above it, in /// Markdown, what it is");
    }

    @Test
    void aVariantWithoutAnExampleFailsTheContractsByName() {
        assertThatThrownBy(() -> Examples.of(Bare.class).toList())
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("Bare gives no example");
    }

    @Test
    void everyFamilyHasAPageAndAContractTest() {
        for (Class<?> family : Catalogue.families()) {
            assertThat(page(family)).as("the page of " + family.getSimpleName()).isPresent();
            if (!BEHAVIOUR_TESTED_ELSEWHERE.contains(family)) {
                String test = family.getName() + "Test";
                try {
                    Class.forName(test);
                } catch (ClassNotFoundException e) {
                    throw new AssertionError(
                            "the family " + family.getSimpleName() + " has no contract test: write " + test, e);
                }
            }
        }
    }

    @Test
    void familiesAreFoundThroughWhatAPersonWrites() {
        assertThat(Catalogue.families().stream().map(Class::getSimpleName))
                .contains(
                        "Topology",
                        "Head",
                        "Embedding",
                        "Table",
                        "AbsolutePosition",
                        "RelativePosition",
                        "Norm",
                        "Sublayer",
                        "Residual",
                        "Attention",
                        "MemoryAttention",
                        "Mask",
                        "Score",
                        "FeedForward",
                        "RouterLoss",
                        "Activation",
                        "Dataset",
                        "Objective",
                        "Optimizer",
                        "Schedule",
                        "Decoding",
                        "Task");
    }

    @Test
    void aNameIsOneVariant() {
        assertThat(variants().map(Class::getSimpleName)).doesNotHaveDuplicates();
        assertThat(Catalogue.variants().values())
                .containsExactlyInAnyOrderElementsOf(variants().toList());
    }

    @Test
    void theWholeCatalogueNamesEveryVariantWithItsSourceAndAnExample() {
        String text = Catalogue.markdown();
        variants().forEach(variant -> {
            assertThat(text).contains("\n### " + variant.getSimpleName() + "\n");
            assertThat(text).contains(variant.getAnnotation(Source.class).paper());
            assertThat(Catalogue.page(variant)).contains("```json");
        });
        Catalogue.families().forEach(family -> assertThat(text).contains("\n## " + family.getSimpleName() + "\n"));
    }

    // ---- JSON ----

    @TestFactory
    Stream<DynamicTest> json() {
        return Catalogue.families().stream()
                .flatMap(family -> Examples.of(family)
                        .map(example -> DynamicTest.dynamicTest(
                                family.getSimpleName() + " " + example, () -> check(family, example))));
    }

    private static void check(Class<?> family, Example<?> example) {
        Record value = (Record) example.value();
        Class<? extends Record> variant = value.getClass();
        String name = variant.getSimpleName();
        assertThat(Values.parse(family, Values.jsonWithType(value))).as(name).isEqualTo(value);
        assertThat(Values.parse(variant, Values.json(value))).as(name).isEqualTo(value);

        List<String> known = Arrays.stream(variant.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        assertThat(known).as("%s: the key \"type\" is taken", name).doesNotContain("type");
        ObjectNode withMore = object(value);
        withMore.put("colour", "red");
        assertThatThrownBy(() -> Values.read(family, withMore))
                .as(name)
                .isExactlyInstanceOf(ValueException.class)
                .hasMessage("$: unknown [colour]; " + name + " has " + known);

        for (RecordComponent component : variant.getRecordComponents()) {
            ObjectNode withLess = object(value);
            withLess.remove(component.getName());
            boolean optional = component.getType().getSimpleName().startsWith("Optional");
            if (component.isAnnotationPresent(Default.class) || optional) {
                assertThat(Values.read(family, withLess))
                        .as("%s without %s", name, component.getName())
                        .isInstanceOf(variant);
            } else {
                assertThatThrownBy(() -> Values.read(family, withLess))
                        .as(name)
                        .isExactlyInstanceOf(ValueException.class)
                        .hasMessage("$." + component.getName() + ": missing; " + name + " cannot do without it");
            }
            ObjectNode withNull = object(value);
            withNull.putNull(component.getName());
            assertThatThrownBy(() -> Values.read(family, withNull))
                    .as("%s with null for %s", name, component.getName())
                    .isExactlyInstanceOf(ValueException.class)
                    .hasMessageStartingWith("$." + component.getName() + ": ");
        }
    }

    private static ObjectNode object(Record value) {
        ObjectNode object = ((ObjectNode) Values.write(value)).deepCopy();
        object.put("type", value.getClass().getSimpleName());
        return object;
    }
}
