package io.attend.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MaskTest {
    private static final int FAR = 13;

    static Stream<Example<Mask>> masks() {
        return Examples.of(Mask.class);
    }

    @ParameterizedTest
    @MethodSource("masks")
    void allowsWhatItsDefinitionSays(Example<Mask> example) {
        MaskFormulas.Formula formula = MaskFormulas.of(example.value());
        for (int query = 0; query < FAR; query++) {
            for (int key = 0; key < FAR; key++) {
                assertThat(example.value().allows(query, key))
                        .as("%s: query %s sees key %s", example, query, key)
                        .isEqualTo(formula.allows(query, key));
            }
        }
    }

    /// Of one text, and of three in one sequence.
    @ParameterizedTest
    @MethodSource("masks")
    void makesTheSameAsATensor(Example<Mask> example) {
        int first = 3;
        int queries = 5;
        int keys = 11;
        long[] texts = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2};
        for (boolean several : new boolean[] {false, true}) {
            try (Lifetime _ = Lifetime.open()) {
                Tensor all = Tensor.of(several ? texts : new long[keys], 1, keys);
                Tensor allowed = example.value()
                        .allowed(
                                Tensor.arange(first, first + queries).unsqueeze(1),
                                Tensor.arange(0, keys).unsqueeze(0),
                                Optional.of(new Mask.Texts(
                                        all.narrow(1, first, queries).unsqueeze(-1), all.unsqueeze(-2))))
                        .reshape(queries, keys);
                assertThat(allowed.dtype()).isEqualTo(DType.BOOL);
                long[] flat = allowed.toLongs();
                for (int i = 0; i < flat.length; i++) {
                    Mask.Token query = new Mask.Token(first + i / keys, several ? texts[first + i / keys] : 0);
                    Mask.Token key = new Mask.Token(i % keys, several ? texts[i % keys] : 0);
                    assertThat(flat[i] == 1)
                            .as("%s: query %s sees key %s", example, query, key)
                            .isEqualTo(MaskFormulas.of(example.value()).allows(query, key));
                    assertThat(example.value().allows(query, key))
                            .as("%s: query %s sees key %s", example, query, key)
                            .isEqualTo(flat[i] == 1);
                }
            }
        }
    }

    /// A mask that says it looks at nothing but distances is the same wherever query and key stand, and one
    /// that says it does not look at texts is the same for any.
    @ParameterizedTest
    @MethodSource("masks")
    void saysWhatItLooksAt(Example<Mask> example) {
        MaskFormulas.Formula formula = MaskFormulas.of(example.value());
        boolean places = false;
        boolean texts = false;
        for (int query = 0; query < FAR; query++) {
            for (int key = 0; key < FAR; key++) {
                places |= formula.allows(query, key) != formula.allows(query + 1, key + 1);
                boolean apart = formula.allows(new Mask.Token(query, 1), new Mask.Token(key, 2));
                texts |= formula.allows(query, key) != apart;
            }
        }
        assertThat(example.value().looksAtPlaces())
                .as("%s looks at places", example)
                .isEqualTo(places);
        assertThat(example.value().looksAtTexts())
                .as("%s looks at texts", example)
                .isEqualTo(texts);
    }

    /// What lets attention leave the mask away must be true whatever is cached; that it is never claimed would
    /// only cost time.
    @ParameterizedTest
    @MethodSource("masks")
    void claimsOnlyAReachItHas(Example<Mask> example) {
        MaskFormulas.Formula formula = MaskFormulas.of(example.value());
        for (int first = 0; first < FAR; first++) {
            for (int queries = 1; queries < FAR; queries++) {
                for (int keys = 1; keys <= first + queries; keys++) {
                    Mask.Reach reach = example.value().reach(first, queries, keys);
                    for (int query = 0; query < queries && reach != Mask.Reach.SOME; query++) {
                        for (int key = 0; key < keys; key++) {
                            boolean claimed = reach == Mask.Reach.ALL || key <= query;
                            assertThat(claimed)
                                    .as(
                                            "%s claims %s of %s queries from %s on %s keys; query %s, key %s",
                                            example, reach, queries, first, keys, query, key)
                                    .isEqualTo(formula.allows(first + query, key));
                        }
                    }
                    if (reach == Mask.Reach.TRIANGLE) {
                        assertThat(queries)
                                .as("%s: a triangle has equal sides", example)
                                .isEqualTo(keys);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("masks")
    void isCausalIfNoQuerySeesAKeyBehindIt(Example<Mask> example) {
        boolean future = false;
        for (int query = 0; query < FAR; query++) {
            for (int key = query + 1; key < FAR; key++) {
                future |= MaskFormulas.of(example.value()).allows(query, key);
            }
        }
        assertThat(example.value().causal()).as(example.name()).isEqualTo(!future);
    }

    /// The fast ways must be taken where they can be, or generation and prefill are slow without anyone
    /// noticing.
    @ParameterizedTest
    @MethodSource("masks")
    void takesTheFastWayWhereverItIsExact(Example<Mask> example) {
        if (example.value() instanceof Not
                || example.value() instanceof Or
                || example.value().equals(Prefix.FIRST_TEXT)) {
            return; // they may be slow where it could be known that they fill up, or it depends on the texts
        }
        MaskFormulas.Formula formula = MaskFormulas.of(example.value());
        for (int first = 0; first < FAR; first++) {
            for (int queries = 1; queries < FAR; queries++) {
                int keys = first + queries;
                boolean all = true;
                boolean triangle = first == 0;
                for (int query = 0; query < queries; query++) {
                    for (int key = 0; key < keys; key++) {
                        boolean allowed = formula.allows(first + query, key);
                        all &= allowed;
                        triangle &= allowed == (key <= query);
                    }
                }
                Mask.Reach best = all ? Mask.Reach.ALL : triangle ? Mask.Reach.TRIANGLE : Mask.Reach.SOME;
                assertThat(example.value().reach(first, queries, keys))
                        .as("%s: %s queries from %s", example, queries, first)
                        .isEqualTo(best);
            }
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertRefused(() -> new SlidingWindow(0), "a window must hold at least 1 key, not 0");
        assertRefused(() -> new Prefix(0), "a prefix must be at least 1 token, not 0");
        assertRefused(() -> new Strided(0), "stride must be at least 1, not 0");
        assertRefused(() -> new BlockLocal(-1), "a block must hold at least 1 token, not -1");
        assertRefused(() -> new Dilated(SlidingWindow.EXAMPLE, 0), "rate must be at least 1, not 0");
        assertRefused(
                () -> new Dilated(new SlidingWindow(1 << 20), 1 << 20),
                "a window of 1048576 at rate 1048576 reaches further than 2147483647; use smaller ones");
        assertRefused(() -> new And(List.of(new Causal())), "masks joined must be at least 2, not 1");
        assertRefused(() -> new Or(List.of()), "masks joined must be at least 2, not 0");
        try (Lifetime _ = Lifetime.open()) {
            assertRefused(
                    () -> Context.inference().visible(new And(new Causal(), Prefix.FIRST_TEXT), 3, 3),
                    "a prefix without a length is the first of two texts, but the tokens have no segments; give them"
                            + " some, or the prefix a length");
            assertRefused(
                    () -> Context.inference()
                            .segmented(Optional.of(Tensor.of(new long[] {0, 0, 1}, 1, 3)))
                            .visible(new Document(), 4, 4),
                    "segments cover 3 positions, but attention has 4 keys");
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    /// Behind padding, with texts told apart, and after some tokens were remembered: what a context makes
    /// visible is the definition, by positions that count from the first token that is no padding.
    @ParameterizedTest
    @MethodSource("masks")
    void isWhatAContextMakesVisible(Example<Mask> example) {
        MaskFormulas.Formula formula = MaskFormulas.of(example.value());
        int length = 11;
        int[] padding = {0, 4};
        long[] texts = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
        boolean[] keep = new boolean[2 * length];
        long[] positions = new long[2 * length];
        for (int i = 0; i < keep.length; i++) {
            keep[i] = i % length >= padding[i / length];
            positions[i] = Math.max(0, i % length - padding[i / length]);
        }
        for (int queries : new int[] {1, 5, 11}) {
            try (Lifetime _ = Lifetime.open()) {
                Context.Visible visible = Context.inference()
                        .padded(Optional.of(Tensor.of(keep, 2, length)))
                        .positioned(Optional.of(Tensor.of(positions, 2, length)))
                        .segmented(Optional.of(Tensor.of(texts, 2, length)))
                        .visible(example.value(), queries, length);
                long[] allowed = visible.allowed()
                        .orElseThrow()
                        .expand(2, 1, queries, length)
                        .contiguous()
                        .toLongs();
                for (int i = 0; i < allowed.length; i++) {
                    int row = i / length / queries;
                    int query = row * length + length - queries + i / length % queries;
                    int key = row * length + i % length;
                    if (keep[query]) {
                        boolean expected = keep[key]
                                && formula.allows(
                                        new Mask.Token(positions[query], texts[query]),
                                        new Mask.Token(positions[key], texts[key]));
                        assertThat(allowed[i] == 1)
                                .as("%s: row %s, query %s, key %s", example, row, query, key)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }
}
