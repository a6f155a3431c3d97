package io.attend.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The examples that variants give of themselves, by name. Contract tests run over them, so that a new variant
/// is tested without an edit to any test.
public final class Examples {
    private Examples() {}

    /// One example: `SoftmaxAttention.CAUSAL` and its value.
    public record Example<F>(String name, F value) {
        @Override
        public String toString() {
            return name;
        }
    }

    /// Every example of every variant of a family.
    ///
    /// @throws AssertionError naming a variant that gives none
    public static <F> Stream<Example<F>> of(Class<F> family) {
        return Variants.of(family).values().stream().flatMap(variant -> {
            List<Example<F>> examples = named(family, variant);
            if (examples.isEmpty()) {
                throw new AssertionError(variant.getSimpleName()
                        + " gives no example: add a public static final EXAMPLE of its own type");
            }
            return examples.stream();
        });
    }

    private static <F> List<Example<F>> named(Class<F> family, Class<? extends Record> variant) {
        List<Record> values = Variants.examples(variant);
        List<Field> fields = Arrays.stream(variant.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == variant)
                .toList();
        return fields.stream()
                .map(field -> new Example<>(
                        variant.getSimpleName() + "." + field.getName(),
                        family.cast(values.get(fields.indexOf(field)))))
                .toList();
    }
}
