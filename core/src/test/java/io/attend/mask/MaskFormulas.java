package io.attend.mask;

import io.attend.value.Formulas;

/// Masks by definition: may the query at one position see the key at another?
public final class MaskFormulas {
    private MaskFormulas() {}

    /// Positions of a query and a key.
    @FunctionalInterface
    public interface Formula {
        boolean allows(long query, long key);
    }

    private static final Formulas<Mask, Formula> ALL = Formulas.<Mask, Formula>of(Mask.class)
            .with(Bidirectional.class, _ -> (_, _) -> true)
            .with(SlidingWindow.class, value -> (query, key) -> switch (value.sides()) {
                case BEHIND -> key <= query && key > query - value.size();
                case BOTH -> key < query + value.size() && key > query - value.size();
            })
            .with(Causal.class, _ -> (query, key) -> key <= query);

    public static Formula of(Mask mask) {
        return ALL.of(mask);
    }
}
