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
}
