package io.attend.mask;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.stream.Stream;
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

    @ParameterizedTest
    @MethodSource("masks")
    void makesTheSameAsATensor(Example<Mask> example) {
        int first = 3;
        int queries = 5;
        int keys = 11;
        try (Lifetime _ = Lifetime.open()) {
            Tensor allowed = example.value()
                    .allowed(
                            Tensor.arange(first, first + queries).unsqueeze(1),
                            Tensor.arange(0, keys).unsqueeze(0));
            assertThat(allowed.shape()).as(example.name()).isEqualTo(Shape.of(queries, keys));
            assertThat(allowed.dtype()).isEqualTo(DType.BOOL);
            long[] flat = allowed.toLongs();
            for (int i = 0; i < flat.length; i++) {
                assertThat(flat[i] == 1)
                        .as("%s: query %s sees key %s", example, first + i / keys, i % keys)
                        .isEqualTo(MaskFormulas.of(example.value()).allows(first + i / keys, i % keys));
            }
        }
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

    /// The fast ways must be taken where they can be, or generation and prefill are slow without anyone noticing.
    @ParameterizedTest
    @MethodSource("masks")
    void takesTheFastWay(Example<Mask> example) {
        if (example.value() instanceof Causal) {
            assertThat(example.value().reach(0, 7, 7)).isEqualTo(Mask.Reach.TRIANGLE);
            assertThat(example.value().reach(6, 1, 7)).isEqualTo(Mask.Reach.ALL);
        } else if (example.value() instanceof Bidirectional) {
            assertThat(example.value().reach(0, 7, 7)).isEqualTo(Mask.Reach.ALL);
        }
    }
}
