package io.attend.mask;

import io.attend.mask.Mask.Token;
import io.attend.value.Formulas;

/// Masks by definition: may the query at one position see the key at another?
public final class MaskFormulas {
    private MaskFormulas() {}

    /// Positions of a query and a key, and the texts they belong to.
    @FunctionalInterface
    public interface Formula {
        boolean allows(Token query, Token key);

        /// In one text.
        default boolean allows(long query, long key) {
            return allows(new Token(query, 0), new Token(key, 0));
        }
    }

    /// By positions alone.
    private interface Places extends Formula {
        @Override
        boolean allows(long query, long key);

        @Override
        default boolean allows(Token query, Token key) {
            return allows(query.position(), key.position());
        }
    }

    private static Formula places(Places formula) {
        return formula;
    }

    private static final Formulas<Mask, Formula> ALL = Formulas.<Mask, Formula>of(Mask.class)
            .with(Bidirectional.class, _ -> places((_, _) -> true))
            .with(Causal.class, _ -> places((query, key) -> key <= query))
            .with(
                    SlidingWindow.class,
                    value -> places((query, key) -> switch (value.sides()) {
                        case BEHIND -> key <= query && key > query - value.size();
                        case BOTH -> key < query + value.size() && key > query - value.size();
                    }))
            .with(
                    Dilated.class,
                    value -> places((query, key) -> {
                        boolean hit = false; // one by one from the query on
                        for (int i = 0; i < value.window().size(); i++) {
                            hit |= key == query - (long) i * value.rate();
                            hit |= value.window().sides() == SlidingWindow.Sides.BOTH
                                    && key == query + (long) i * value.rate();
                        }
                        return hit;
                    }))
            .with(Strided.class, value -> places((query, key) -> Math.abs(query - key) % value.stride() == 0))
            .with(
                    BlockLocal.class,
                    value -> places((query, key) -> {
                        long start = query - query % value.size();
                        return key >= start && key < start + value.size();
                    }))
            .with(Document.class, _ -> (query, key) -> query.text() == key.text())
            .with(Prefix.class, value -> (query, key) -> {
                boolean prefix = value.length().isPresent()
                        ? key.position() < value.length().getAsInt()
                        : key.text() == 0;
                return prefix || key.position() <= query.position();
            })
            .with(
                    And.class,
                    value -> (query, key) -> value.masks().stream().allMatch(mask -> of(mask).allows(query, key)))
            .with(
                    Or.class,
                    value -> (query, key) -> value.masks().stream().anyMatch(mask -> of(mask).allows(query, key)))
            .with(Not.class, value -> (query, key) -> !of(value.mask()).allows(query, key));

    public static Formula of(Mask mask) {
        return ALL.of(mask);
    }
}
