package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.embedding.Tokens;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.trainer.Progress;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// BERT's corruption by its own numbers.
class MaskedTokenTest {
    private static final Presets.Size SIZE = Presets.Size.width(12).heads(2).hidden(13);
    private static final List<Document> TEXT = List.of(new Document("abcde".repeat(97)));
    private static final Tokenizer CHARACTERS = Tokenizer.characters(List.of("abcde"), MaskedToken.EXAMPLE.specials());
    private static final int MASK = 4;
    private static final int VOCABULARY = 10; // <pad> <s> </s> <unk> <mask> a b c d e

    /// 101 tokens at 15%: 15 are asked for, always; of them 80%, 10% and 10%, within 4 standard deviations of
    /// 30,000 draws. A random token is the right one once in ten.
    @Test
    void fifteenPercentAreHiddenInThreeWays() {
        MaskedToken value = new MaskedToken(101, 0.15, MaskedToken.Unit.TOKEN);
        int[] tokens = IntStream.range(0, 101).map(i -> 5 + i % 5).toArray();
        Windows.Window window = new Windows.Window(tokens, new int[101]);
        SplittableRandom random = new SplittableRandom(11);
        int[] masked = new int[1];
        int[] kept = new int[1];
        int[] asked = new int[101];
        int draws = 2000;
        for (int draw = 0; draw < draws; draw++) {
            Hidden hidden = value.hide(window, MASK, VOCABULARY, random);
            assertThat(Arrays.stream(hidden.answers())
                            .filter(answer -> answer != Head.IGNORED)
                            .count())
                    .isEqualTo(15);
            for (int i = 0; i < tokens.length; i++) {
                if (hidden.answers()[i] == Head.IGNORED) {
                    assertThat(hidden.read()[i]).isEqualTo(tokens[i]);
                } else {
                    assertThat(hidden.answers()[i]).isEqualTo(tokens[i]);
                    asked[i]++;
                    masked[0] += hidden.read()[i] == MASK ? 1 : 0;
                    kept[0] += hidden.read()[i] == tokens[i] ? 1 : 0;
                }
            }
        }
        double all = 15.0 * draws;
        assertThat(masked[0] / all).isCloseTo(0.8 + 0.1 / VOCABULARY, within(0.0095));
        assertThat(kept[0] / all).isCloseTo(0.1 + 0.1 / VOCABULARY, within(0.0073));
        assertThat(Arrays.stream(asked).boxed())
                .as("every place alike: 297 of 2,000")
                .allMatch(count -> count > 220 && count < 375);
    }

    @Test
    void wholeWordsAreHiddenWholeAndNoMoreThanTokens() {
        MaskedToken value = new MaskedToken(101, 0.15, MaskedToken.Unit.WORD);
        int[] words = IntStream.range(0, 101).map(i -> i / 3).toArray();
        Windows.Window window = new Windows.Window(new int[101], words);
        SplittableRandom random = new SplittableRandom(11);
        for (int draw = 0; draw < 100; draw++) {
            long[] answers = value.hide(window, MASK, VOCABULARY, random).answers();
            for (int i = 0; i < 99; i++) {
                assertThat(answers[i]).isEqualTo(answers[i / 3 * 3]);
            }
            assertThat(Arrays.stream(answers)
                            .filter(answer -> answer != Head.IGNORED)
                            .count())
                    .as("five words of three, or four and the last, which has two")
                    .isBetween(14L, 15L);
        }
        Windows.Window one = new Windows.Window(new int[11], new int[11]);
        assertThat(value.hide(one, MASK, VOCABULARY, random).answers())
                .as("a single word is hidden even so")
                .doesNotContain(Head.IGNORED);
    }

    /// The words of a learned vocabulary are those between spaces.
    @Test
    void wordsAreTheTokenizers() {
        List<String> text = List.of("lower lowest slow slower slowest");
        Tokenizer tokenizer = Algorithm.BPE.train(
                Algorithm.BPE.settings(29).and(MaskedToken.EXAMPLE.specials()), text, Progress.NONE);
        Windows windows = new Windows("", tokenizer, List.of(new Document(text.getFirst()), new Document("slow")), 5);
        int[] all = IntStream.range(0, windows.count())
                .flatMap(i -> Arrays.stream(windows.window(i).words()))
                .toArray();
        assertThat(all).isSorted().startsWith(0).contains(4);
    }

    @Test
    void masksAreDrawnAnewToLearnFromAndStayToBeJudgedBy() {
        try (Lifetime _ = Lifetime.open()) {
            MaskedToken value = new MaskedToken(53, 0.15, MaskedToken.Unit.TOKEN);
            Objective.Built built = value.build(CHARACTERS, TEXT, TEXT);
            SplittableRandom random = new SplittableRandom(1);
            Batch first = built.training(List.of(3), random);
            assertThat(first.answers().toLongs())
                    .isNotEqualTo(built.training(List.of(3), random).answers().toLongs())
                    .isEqualTo(built.training(List.of(3), new SplittableRandom(1))
                            .answers()
                            .toLongs());
            assertThat(built.heldOut(2, 5).answers().toLongs())
                    .isEqualTo(value.build(CHARACTERS, TEXT, TEXT)
                            .heldOut(2, 5)
                            .answers()
                            .toLongs());
            int[] read = ((Tokens) first.inputs().source()).rows()[0];
            assertThat(read).hasSize(55).startsWith(1).endsWith(2);
            assertThat(first.answered()).isEqualTo(8); // round(0.15 · 53)
            assertThat(built.needs().length()).hasValue(55);
        }
    }

    /// − mean over what is hidden of log softmax of all scores, by plain numbers: leaving out the other
    /// positions changes nothing.
    @Test
    void theLossIsTheMeanOverWhatIsHidden() {
        Objective.Built built = MaskedToken.EXAMPLE.build(CHARACTERS, TEXT, TEXT);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(Presets.bert(VOCABULARY, 1, SIZE, 15, 0), 5)) {
            Batch batch = built.heldOut(0, 7);
            double[] scores = model.forward(batch.inputs(), Context.inference()).toDoubles();
            long[] answers = batch.answers().toLongs();
            double sum = 0;
            int asked = 0;
            for (int i = 0; i < answers.length; i++) {
                if (answers[i] != Head.IGNORED) {
                    double[] row = Arrays.copyOfRange(scores, i * VOCABULARY, (i + 1) * VOCABULARY);
                    sum -= row[(int) answers[i]]
                            - Math.log(Arrays.stream(row).map(Math::exp).sum());
                    asked++;
                }
            }
            assertThat(batch.answered()).isEqualTo(asked).isEqualTo(14); // 2 of each 13
            assertThat(built.loss(model, batch, Context.inference()).item()).isCloseTo(sum / asked, within(1e-6));
        }
    }

    /// In runs of a letter, each hidden one is that of its neighbours.
    @Test
    void itLearns() {
        String runs =
                "abcde".chars().mapToObj(c -> Character.toString(c).repeat(68)).collect(Collectors.joining());
        Learning learning = Learning.of(
                new MaskedToken(17, 0.15, MaskedToken.Unit.TOKEN),
                CHARACTERS,
                List.of(new Document(runs)),
                needs ->
                        Presets.bert(needs.vocabulary(), 1, SIZE, needs.length().orElseThrow(), 0),
                150);
        assertThat(learning.before()).isCloseTo(Math.log(VOCABULARY), within(0.2));
        assertThat(learning.after()).isLessThan(0.5 * learning.before());
        assertThat(learning.measures().get("accuracy")).isGreaterThan(0.6);
        assertThat(learning.measures().get("perplexity")).isCloseTo(Math.exp(learning.after()), within(1e-9));
        assertThat(learning.shown().getFirst().input()).contains("<mask>");
        assertThat(learning.shown().getFirst().written()).hasSize(17).doesNotContain("<mask>");
    }

    @Test
    void whatItCannotLearnIsRefused() {
        assertThatThrownBy(() -> new MaskedToken(1, 0.15, MaskedToken.Unit.TOKEN))
                .hasMessage("length must be from 2 to 1048576 tokens, not 1");
        assertThatThrownBy(() -> new MaskedToken(13, 1, MaskedToken.Unit.TOKEN))
                .hasMessage("share 1.0 is outside (0, 1)");
        assertThatThrownBy(() -> MaskedToken.EXAMPLE.build(
                        Tokenizer.characters(List.of("abc"), NextToken.EXAMPLE.specials()), TEXT, TEXT))
                .hasMessage("the tokenizer has no token for a hidden word; it needs [MASK] or <mask>");
        assertThatThrownBy(() -> new MaskedToken(499, 0.15, MaskedToken.Unit.TOKEN).build(CHARACTERS, TEXT, TEXT))
                .hasMessageStartingWith("the text to learn from has 485 tokens, fewer than a window of 499");
        try (Transformer gpt = Transformer.initialize(Presets.gpt(VOCABULARY, 1, SIZE, 15), 5)) {
            assertThatThrownBy(() ->
                            MaskedToken.EXAMPLE.build(CHARACTERS, TEXT, TEXT).check(gpt))
                    .hasMessage("model.architecture: hidden words are found by an Encoder with a MaskedLanguageHead,"
                            + " not by Decoder and TiedHead");
        }
    }
}
