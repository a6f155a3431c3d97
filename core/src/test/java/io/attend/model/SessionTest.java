package io.attend.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.embedding.Tokens;
import io.attend.layer.Bench;
import io.attend.layer.Grids;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionTest {
    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    private static Tensor words(int batch, int length) {
        return Tensor.arange(0, (long) batch * length).reshape(batch, length);
    }

    private static Tokens source(int batch) {
        return new Tokens(words(batch, 5), Optional.of(Grids.keep(5, 5, 2, 3)), Optional.empty());
    }

    private static void with(Architecture architecture, Consumer<Transformer> body) {
        try (Transformer model = Transformer.initialize(architecture, 1)) {
            model.weights().forEach(weight -> Bench.fill(weight, DType.FLOAT32));
            body.accept(model);
        }
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void beginsOnlyWhereItCanWrite() {
        with(
                SmallModels.BERT,
                model -> assertRefused(
                        () -> model.session(Optional.empty()), "this model is an encoder: it reads but cannot write"));
        with(
                SmallModels.GPT,
                model -> assertRefused(
                        () -> model.session(Optional.of(source(3))), "this model writes without a source"));
        with(
                SmallModels.TRANSFORMER,
                model -> assertRefused(
                        () -> model.session(Optional.empty()), "this model writes about a source, and there is none"));
    }

    @Test
    void writesAsManyTextsAsItBeganWith() {
        with(SmallModels.TRANSFORMER, model -> {
            try (Session session = model.session(Optional.of(source(3)))) {
                assertRefused(
                        () -> session.next(words(1, 2)),
                        "this session writes 3 texts, but the tokens are [1, 2]; Session.select changes its texts");
                session.next(words(3, 1));
                assertRefused(
                        () -> session.next(words(4, 1)),
                        "this session writes 3 texts, but the tokens are [4, 1]; Session.select changes its texts");
                session.select(Tensor.of(new long[] {2, 1}));
                assertRefused(
                        () -> session.next(words(3, 1)),
                        "this session writes 2 texts, but the tokens are [3, 1]; Session.select changes its texts");
                session.next(words(2, 1));
            }
        });
        with(SmallModels.GPT, model -> {
            try (Session session = model.session(Optional.empty())) {
                session.next(words(3, 2));
                assertRefused(
                        () -> session.next(words(1, 2)),
                        "this session writes 3 texts, but the tokens are [1, 2]; Session.select changes its texts");
            }
        });
    }

    /// Prompts of several lengths, padded on the left, are gone on with as each alone would be: the padding is
    /// not seen, and every text is numbered from its own first token.
    @Test
    void promptsOfSeveralLengthsDoNotMix() {
        int[][] prompts = {{3, 1, 4, 1, 5}, {9, 2}, {6, 5, 3, 5}};
        int[][] further = {{8, 9}, {7, 9}, {3, 2}};
        with(SmallModels.GPT, model -> {
            try (Session together = model.session(Optional.empty())) {
                Tensor first = together.next(Tokens.paddedLeft(List.of(prompts), 0));
                Tensor second = together.next(Tensor.of(new long[] {8, 7, 3}, 3, 1));
                together.select(Tensor.of(new long[] {2, 1, 0}));
                Tensor third = together.next(Tensor.of(new long[] {2, 9, 9}, 3, 1));
                for (int row = 0; row < 3; row++) {
                    try (Session alone = model.session(Optional.empty())) {
                        int[] prompt = prompts[row];
                        Tensor expected = alone.next(Tokens.padded(List.of(prompt), 0));
                        assertThat(Grids.difference(first.select(0, row), expected.select(0, 0)))
                                .isLessThan(1e-5);
                        expected = alone.next(Tensor.of(new long[] {further[row][0]}, 1, 1));
                        assertThat(Grids.difference(second.select(0, row), expected.select(0, 0)))
                                .isLessThan(1e-5);
                        expected = alone.next(Tensor.of(new long[] {further[row][1]}, 1, 1));
                        assertThat(Grids.difference(third.select(0, 2 - row), expected.select(0, 0)))
                                .isLessThan(1e-5);
                    }
                }
            }
        });
    }

    /// Putting all tokens through again gives what the states of the layers give.
    @Test
    void rememberingTokensIsRememberingStates() {
        for (Architecture architecture : new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER}) {
            with(architecture, model -> {
                Optional<io.attend.embedding.Input> source =
                        SmallModels.translates(architecture) ? Optional.of(source(3)) : Optional.empty();
                Tokens prompts = Tokens.paddedLeft(List.of(new int[] {3, 1, 4}, new int[] {2}, new int[] {6, 5}), 0);
                try (Session states = model.session(source);
                        Session tokens = model.session(source, Remembering.TOKENS)) {
                    Tensor more = Tensor.of(new long[] {8, 7, 3}, 3, 1);
                    Tensor rows = Tensor.of(new long[] {2, 2, 0});
                    assertThat(Grids.difference(tokens.next(prompts), states.next(prompts)))
                            .isLessThan(1e-5);
                    states.select(rows);
                    tokens.select(rows);
                    assertThat(Grids.difference(tokens.next(more), states.next(more)))
                            .isLessThan(1e-5);
                    assertThat(tokens.bytes()).isZero();
                }
                assertThat(prompts.rows()[0])
                        .as("the caller's tokens are the caller's")
                        .containsExactly(3, 1, 4);
            });
        }
    }

    /// What was refused is as if it had not been asked.
    @Test
    void goesOnAfterAMistake() {
        for (Architecture architecture : new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER}) {
            with(architecture, model -> {
                Optional<io.attend.embedding.Input> source =
                        SmallModels.translates(architecture) ? Optional.of(source(3)) : Optional.empty();
                try (Session session = model.session(source);
                        Session untroubled = model.session(source)) {
                    session.next(words(3, 4));
                    untroubled.next(words(3, 4));
                    assertThatThrownBy(() -> session.next(Tensor.of(new long[] {1, 2, 31}, 3, 1)))
                            .hasMessageContaining("there is no token 31, only 0 to 30");
                    assertThatThrownBy(() -> session.next(Tensor.of(new long[] {1, 2, 3})))
                            .hasMessage("token ids must be [B, T] int64, not [3] int64");
                    assertThatThrownBy(() -> session.next(Tensor.zeros(Shape.of(3, 1), DType.FLOAT32)))
                            .hasMessage("token ids must be [B, T] int64, not [3, 1] float32");
                    assertThatThrownBy(() -> session.next(words(1, 1)))
                            .hasMessageContaining("this session writes 3 texts");
                    assertThatThrownBy(() -> session.select(Tensor.of(new long[] {0, 3})))
                            .isInstanceOf(TensorException.class);
                    assertThat(session.length()).isEqualTo(4);
                    assertThat(session.next(words(3, 2)).toFloats())
                            .containsExactly(untroubled.next(words(3, 2)).toFloats());
                }
            });
        }
    }

    @Test
    void goesNoFurtherThanTheModelHasLearned() {
        with(SmallModels.GPT, model -> {
            try (Session session = model.session(Optional.empty())) {
                session.next(Tensor.zeros(Shape.of(2, 60), DType.INT64));
                session.next(words(2, 1));
                assertRefused(
                        () -> session.next(words(2, 1)),
                        "embedding.position: the text has 62 tokens, but the model has learned only 61 positions; shorten the"
                                + " text or train a model with a larger maximum");
                assertThat(session.length()).isEqualTo(61);
            }
        });
    }

    @Test
    void isOverWhenItIsClosed() {
        with(SmallModels.GPT, model -> {
            Session session = model.session(Optional.empty());
            session.next(words(2, 3));
            session.close();
            session.close();
            assertThatThrownBy(() -> session.next(words(2, 1)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("this session is closed; begin another with Transformer.session");
            assertThatThrownBy(() -> session.select(Tensor.of(new long[] {0})))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("this session is closed; begin another with Transformer.session");
            assertThat(session.bytes()).isZero();
        });
    }

    /// It takes what it needs of its source along, and leaves the source to whoever gave it.
    @Test
    void outlivesTheLifetimeItBeganInAndSparesItsSource() {
        with(SmallModels.TRANSFORMER, model -> {
            Tokens mine = source(3);
            Session session;
            try (Lifetime _ = Lifetime.open()) {
                session = model.session(Optional.of(source(3)));
            }
            float[] first = session.next(words(3, 1)).toFloats();
            session.select(Tensor.of(new long[] {0, 1, 2}));
            session.close();
            for (int time = 0; time < 3; time++) {
                try (Session other = model.session(Optional.of(mine))) {
                    assertThat(other.next(words(3, 1)).toFloats()).containsExactly(first);
                }
            }
            assertThat(mine.keep().orElseThrow().toLongs()).hasSize(15);
        });
    }

    /// While its weights are being trained a model may write samples: a session keeps nothing for a backward
    /// pass.
    @Test
    void learnsNothing() {
        with(SmallModels.TRANSFORMER, model -> {
            model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
            try (Session session = model.session(Optional.of(source(3)))) {
                for (int step = 0; step < 40; step++) {
                    assertThat(session.next(words(3, 1)).requiresGrad()).isFalse();
                }
                session.select(Tensor.of(new long[] {2, 0}));
                assertThat(session.next(words(2, 1)).requiresGrad()).isFalse();
            }
            Tensor x = Tensor.of(new float[] {1}).requiresGrad(true);
            assertThat(x.mul(2).requiresGrad()).as("gradients are on again").isTrue();
        });
    }

    /// What was only guessed is taken back.
    @Test
    void goesBack() {
        for (Architecture architecture : new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER}) {
            with(architecture, model -> {
                Optional<io.attend.embedding.Input> source =
                        SmallModels.translates(architecture) ? Optional.of(source(3)) : Optional.empty();
                Tokens prompts = Tokens.paddedLeft(
                        List.of(new int[] {3, 1, 4}, new int[] {2}, new int[] {6, 5}), 0);
                try (Session back = model.session(source);
                        Session straight = model.session(source)) {
                    back.next(prompts);
                    straight.next(prompts);
                    back.all(Tokens.of(words(3, 2))); // now as long as the source: 5
                    back.truncate(3);
                    assertThat(back.next(words(3, 4)).toFloats())
                            .containsExactly(straight.next(words(3, 4)).toFloats());
                    assertRefused(
                            () -> back.truncate(8), "7 tokens have been taken, and the session cannot go back to 8");
                }
            });
        }
        with(SmallModels.LSTM, model -> {
            try (Session session = model.session(Optional.of(source(3)))) {
                session.next(words(3, 2));
                assertThatThrownBy(() -> session.truncate(1)).hasMessage(
                        "a recurrence cannot go back: it has been handed on over 2 positions, and what it was after 1 is"
                                + " gone");
            }
        });
    }

    /// A prefix goes through the model once, and the texts behind it do not mix, on threads of their own.
    @Test
    void forksShareAPrefix() throws Exception {
        for (Architecture architecture :
                new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER, SmallModels.LSTM}) {
            with(architecture, model -> {
                Optional<io.attend.embedding.Input> source =
                        SmallModels.translates(architecture) ? Optional.of(source(3)) : Optional.empty();
                try (Session prefix = model.session(source)) {
                    prefix.next(words(3, 5));
                    List<float[]> together = java.util.stream.IntStream.range(0, 8)
                            .parallel()
                            .mapToObj(i -> {
                                try (Lifetime _ = Lifetime.open();
                                        Session mine = prefix.fork()) {
                                    mine.next(Tensor.of(new long[] {i, i + 1, 7, 8, 6, 5}, 3, 2));
                                    return mine.next(Tensor.of(new long[] {9, i, 4}, 3, 1)).toFloats();
                                }
                            })
                            .toList();
                    for (int i = 0; i < together.size(); i++) {
                        try (Session alone = model.session(source)) {
                            alone.next(words(3, 5));
                            alone.next(Tensor.of(new long[] {i, i + 1, 7, 8, 6, 5}, 3, 2));
                            assertThat(alone.next(Tensor.of(new long[] {9, i, 4}, 3, 1)).toFloats())
                                    .usingComparatorWithPrecision(1e-5f)
                                    .containsExactly(together.get(i));
                        }
                    }
                }
            });
        }
    }

    /// Texts join a batch that is being written, longer or shorter than it, and are gone on with as alone.
    @Test
    void textsJoin() {
        for (Architecture architecture :
                new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER, SmallModels.LSTM}) {
            for (int longer : new int[] {1, 3, 5}) {
                with(architecture, model -> {
                    boolean translates = SmallModels.translates(architecture);
                    Optional<io.attend.embedding.Input> first =
                            translates ? Optional.of(source(3)) : Optional.empty();
                    Optional<io.attend.embedding.Input> second =
                            translates ? Optional.of(Tokens.of(words(2, 7))) : Optional.empty();
                    try (Session together = model.session(first);
                            Session joining = model.session(second);
                            Session one = model.session(first);
                            Session other = model.session(second)) {
                        together.next(words(3, 3));
                        one.next(words(3, 3));
                        joining.next(words(2, longer));
                        other.next(words(2, longer));
                        together.join(joining);
                        together.select(Tensor.of(new long[] {4, 0, 3, 2}));
                        one.select(Tensor.of(new long[] {0, 2}));
                        for (int step = 0; step < 2; step++) {
                            Tensor both = together.next(Tensor.of(new long[] {8, 7, 3, step}, 4, 1));
                            Tensor mine = one.next(Tensor.of(new long[] {7, step}, 2, 1));
                            Tensor others = other.next(Tensor.of(new long[] {3, 8}, 2, 1));
                            assertThat(Grids.difference(both.select(0, 1), mine.select(0, 0))).isLessThan(1e-5);
                            assertThat(Grids.difference(both.select(0, 3), mine.select(0, 1))).isLessThan(1e-5);
                            assertThat(Grids.difference(both.select(0, 0), others.select(0, 1))).isLessThan(1e-5);
                            assertThat(Grids.difference(both.select(0, 2), others.select(0, 0))).isLessThan(1e-5);
                        }
                        assertThatThrownBy(() -> joining.next(words(2, 1))).isInstanceOf(IllegalStateException.class);
                    }
                });
            }
        }
    }

    /// What is written does not depend on how keys and values are kept; in few bits, hardly.
    @Test
    void cachesGiveTheSameScores() {
        for (Architecture architecture : new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER}) {
            with(architecture, model -> {
                Optional<io.attend.embedding.Input> source =
                        SmallModels.translates(architecture) ? Optional.of(source(3)) : Optional.empty();
                io.attend.value.Examples.of(io.attend.state.Cache.class).forEach(cache -> {
                    boolean exact = !(cache.value() instanceof io.attend.state.QuantisedCache);
                    try (Session plain = model.session(source);
                            Session kept = model.session(source, Remembering.STATES, cache.value())) {
                        for (int step = 0; step < 3; step++) {
                            Tensor expected = plain.next(words(3, 2));
                            Tensor actual = kept.next(words(3, 2));
                            double difference = Grids.difference(actual, expected);
                            assertThat(difference).as(cache.name()).isLessThan(exact ? 1e-5 : 0.3);
                            assertThat(difference > 0 || exact).as("%s does something", cache).isTrue();
                        }
                    }
                });
            });
        }
    }

    @Test
    void aStaticCacheRefusesWhatItHasNoRoomFor() {
        with(SmallModels.GPT, model -> {
            try (Session session = model.session(
                    Optional.empty(), Remembering.STATES, new io.attend.state.StaticCache(5))) {
                session.next(words(2, 4));
                assertRefused(
                        () -> session.next(words(2, 2)),
                        "the cache has room for 5 positions, but the text has 6; give StaticCache more, or use a"
                                + " GrowingCache");
                session.next(words(2, 1));
            }
        });
    }

    /// Heads that share keys and values make a cache as many times smaller.
    @Test
    void groupedQueriesSaveWhatTheyShare() {
        long[] bytes = new long[3];
        int[] shared = {6, 2, 1};
        for (int i = 0; i < 3; i++) {
            int heads = shared[i];
            Architecture architecture = Architecture.parse(SmallModels.GPT
                    .toJson()
                    .replace("\"width\" : 10", "\"width\" : 12")
                    .replace("\"count\" : 2", "\"count\" : 6, \"keyValue\" : " + heads));
            int place = i;
            with(architecture, model -> {
                try (Session session = model.session(Optional.empty())) {
                    session.next(words(2, 7));
                    bytes[place] = session.bytes();
                }
            });
        }
        assertThat(bytes[0]).isEqualTo(2L * 2 * 2 * 7 * 12 * Float.BYTES); // layers, keys and values, rows, T, E
        assertThat(bytes[0]).isEqualTo(3 * bytes[1]).isEqualTo(6 * bytes[2]);
    }
}
