package io.attend.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.Inputs;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.attention.Attention;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.attention.TwoStreamAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.Tokens;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.RelativePosition;
import io.attend.state.GrowingCache;
import io.attend.state.RollingCache;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RollingCacheTest {
    private static final int WORDS = 31;
    private static final int SINKS = 2;
    private static final int WINDOW = 5;
    private static final RollingCache CACHE = new RollingCache(SINKS, WINDOW);
    private static final long[] TEXT =
            new SplittableRandom(7).longs(23, 0, WORDS).toArray();

    private static Architecture architecture(int layers, Attention attention) {
        List<Sublayer> branches = List.of(new SelfAttention(attention), Feed.EXAMPLE);
        Block block = new Block(branches, LayerNorm.EXAMPLE, new PreNorm(0));
        return new Architecture(
                12,
                new Decoder(TokenEmbedding.of(new DenseTable(WORDS)), Stack.of(layers, block)),
                new TiedHead(Bias.NONE));
    }

    private static SoftmaxAttention attention(RelativePosition position) {
        return SoftmaxAttention.of(Heads.of(2)).masked(new Causal()).position(position);
    }

    private static Tensor text(long... ids) {
        return Tensor.of(ids, 1, ids.length);
    }

    /// What a layer remembers of a token does not depend on others. So with one layer a step is what the model
    /// makes of a short text of the sinks and the latest tokens, whatever acts between positions.
    @TestFactory
    Stream<DynamicTest> oneLayerReadsTheSinksAndTheLatestTokens() {
        return Examples.of(RelativePosition.class)
                .map(example -> dynamicTest(example.name(), () -> {
                    try (Lifetime _ = Lifetime.open();
                            NoGradient _ = NoGradient.open();
                            Transformer model = Transformer.initialize(architecture(1, attention(example.value())), 3);
                            Session session = model.session(Optional.empty(), Remembering.STATES, CACHE)) {
                        for (int t = 0; t < TEXT.length; t++) {
                            int now = t;
                            long[] seen = IntStream.rangeClosed(0, t)
                                    .filter(i -> i < SINKS || i > now - WINDOW)
                                    .mapToLong(i -> TEXT[i])
                                    .toArray();
                            Tensor expected = model.forward(Inputs.of(Tokens.of(text(seen))), Context.inference());
                            Tensor actual = session.next(text(TEXT[t]));
                            assertThat(Grids.difference(actual, expected.select(1, seen.length - 1)))
                                    .as("step %s", t)
                                    .isLessThan(1e-5);
                        }
                    }
                }));
    }

    /// However long the text, no more is remembered; and several layers do not read as a growing cache does.
    @Test
    void memoryIsFlat() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture(3, SoftmaxAttention.GROUPED), 3);
                Session session = model.session(Optional.empty(), Remembering.STATES, CACHE);
                Session growing = model.session(Optional.empty(), Remembering.STATES, GrowingCache.EXAMPLE)) {
            session.next(text(LongStream.range(0, 11).toArray()));
            growing.next(text(LongStream.range(0, 11).toArray()));
            long bytes = 0;
            for (int step = 0; step < 97; step++) {
                try (Lifetime _ = Lifetime.open()) {
                    double apart = Grids.difference(session.next(text(step % WORDS)), growing.next(text(step % WORDS)));
                    assertThat(apart).isGreaterThan(1e-6);
                }
                bytes = step == 0 ? session.bytes() : bytes;
                assertThat(session.bytes()).isEqualTo(bytes);
            }
            assertThat(bytes).isEqualTo(3L * 2 * 3 * 5 * 4 * (SINKS + WINDOW)); // layers, K and V, heads, size, float32
            assertThat(session.length()).isEqualTo(108);
        }
    }

    @Test
    void refusesWhatCannotForget() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture(1, SoftmaxAttention.GROUPED), 3);
                Transformer streams = Transformer.initialize(architecture(1, TwoStreamAttention.CAUSAL), 3)) {
            try (Session session = model.session(Optional.empty(), Remembering.STATES, CACHE)) {
                session.next(text(1, 2, 3));
                session.truncate(2);
                session.next(text(1, 2, 3, 4, 5, 6, 7, 8));
                session.next(text(9));
                assertThatThrownBy(() -> session.truncate(7)).hasMessageContaining("can neither go back nor be joined");
            }
            try (Session session = model.session(Optional.empty(), Remembering.STATES, CACHE)) {
                session.next(Tokens.paddedLeft(List.of(new int[] {1}, new int[] {1, 2, 3, 4, 5, 6}), 0));
                session.next(Tensor.of(new long[] {1, 2}, 2, 1));
                assertThatThrownBy(() -> session.next(Tensor.of(new long[] {1, 2}, 2, 1)))
                        .hasMessageContaining("texts with padding, positions or segments of their own cannot forget");
            }
            try (Session session = streams.session(Optional.empty(), Remembering.STATES, CACHE)) {
                assertThatThrownBy(() -> session.next(text(1)))
                        .hasMessageContaining("only SoftmaxAttention can count positions inside a RollingCache");
            }
        }
        assertThatThrownBy(() -> new RollingCache(-1, 3)).hasMessage("a cache cannot keep -1 sinks");
        assertThatThrownBy(() -> new RollingCache(1, 0)).hasMessage("a window must hold at least 1 position, not 0");
    }
}
