package io.attend.value;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// What each variant of a family should compute, written down a second time from the paper as plain Java: the
/// tests' answer book. A variant without an answer fails by its name.
///
/// @param <V> the family
/// @param <F> the kind of function its variants are
public final class Formulas<V, F> {
    private final Class<V> family;
    private final Map<Class<?>, Function<V, F>> formulas = new LinkedHashMap<>();

    private Formulas(Class<V> family) {
        this.family = family;
    }

    public static <V, F> Formulas<V, F> of(Class<V> family) {
        return new Formulas<>(family);
    }

    public <R extends V> Formulas<V, F> with(Class<R> variant, Function<R, F> formula) {
        formulas.put(variant, value -> formula.apply(variant.cast(value)));
        return this;
    }

    public F of(V value) {
        Function<V, F> formula = formulas.get(value.getClass());
        if (formula == null) {
            throw new AssertionError(value.getClass().getSimpleName() + " has no reference among the formulas of "
                    + family.getSimpleName() + ": write one from its paper, in plain loops");
        }
        return formula.apply(value);
    }
}
