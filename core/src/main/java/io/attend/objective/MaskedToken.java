package io.attend.objective;

import io.attend.architecture.Encoder;
import io.attend.data.Document;
import io.attend.data.Example;
import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Some tokens of a text are hidden and the model is asked for them: BERT's objective. From [Document]s laid
/// end to end and cut into windows, each between the begin and the end token.
///
///     loss = − mean over t in M of log p(x_t | x with M hidden)        |M| = max(1, round(share · length))
///
/// Of the chosen tokens 80% become the mask token, 10% any token of the vocabulary, and 10% stay. What is
/// hidden, and where a window starts, is drawn anew whenever it is learned from, as RoBERTa does it; windows to
/// be judged by always hide the same. Judged by perplexity, exp(loss), and the share of hidden tokens found.
/// Only hidden positions are scored: their share of the head's cost.
///
/// @param length tokens of a window, the begin and the end token not counted
/// @param share of tokens to be found
/// @param unit what is hidden as one
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record MaskedToken(
        @Default("126") int length,
        @Default("0.15") double share,
        @Default("\"token\"") Unit unit) implements Objective {
    public static final MaskedToken EXAMPLE = new MaskedToken(13, 0.15, Unit.TOKEN);
    public static final MaskedToken WHOLE_WORD = new MaskedToken(13, 0.15, Unit.WORD);

    /// What is hidden as one.
    public enum Unit {
        TOKEN,
        /// All tokens of a word, as the tokenizer's first step cuts words; never more tokens in all than with
        /// single ones.
        WORD
    }

    public MaskedToken {
        Windows.check(length);
        Windows.share("share", share);
    }

    @Override
    public List<String> specials() {
        return Stream.concat(TextModel.SPECIALS.stream(), Stream.of(TextModel.MASK))
                .toList();
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(
                this,
                tokenizer,
                Objective.only(Document.class, training, this),
                Objective.only(Document.class, heldOut, this));
    }

    /// Hides some of a window.
    Hidden hide(Windows.Window window, int mask, int vocabulary, RandomGenerator random) {
        Hidden hidden = Hidden.nothing(window);
        for (int i : chosen(window, random)) {
            double how = random.nextDouble();
            int shown = how < 0.8 ? mask : how < 0.9 ? random.nextInt(vocabulary) : window.tokens()[i];
            hidden.hide(i, shown);
        }
        return hidden;
    }

    /// Units in random order, as long as there is room for them.
    Set<Integer> chosen(Windows.Window window, RandomGenerator random) {
        int[] words = window.words();
        int wanted = Math.max(1, (int) Math.rint(share * words.length));
        List<List<Integer>> units = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            if (unit == Unit.TOKEN || i == 0 || words[i] != words[i - 1]) {
                units.add(new ArrayList<>());
            }
            units.getLast().add(i);
        }
        Collections.shuffle(units, java.util.Random.from(random));
        Set<Integer> chosen = new HashSet<>();
        for (List<Integer> one : units) {
            if (chosen.size() + one.size() <= wanted) {
                chosen.addAll(one);
            }
        }
        if (chosen.isEmpty()) { // every word is longer than what may be hidden
            chosen.addAll(units.getFirst());
        }
        return chosen;
    }

    private static final class Built implements Objective.Built {
        private static final int SHOWN = 8;

        private final MaskedToken value;
        private final TextModel.Words words;
        private final Windows training;
        private final List<Windows.Window> heldOut;
        private final List<Hidden> heldOutHidden;

        Built(MaskedToken value, Tokenizer tokenizer, List<Document> training, List<Document> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.training = new Windows("to learn from", tokenizer, training, value.length);
            Windows judged = new Windows("to be judged by", tokenizer, heldOut, value.length);
            this.heldOut =
                    IntStream.range(0, judged.count()).mapToObj(judged::window).toList();
            this.heldOutHidden = IntStream.range(0, judged.count())
                    .mapToObj(i -> hidden(this.heldOut.get(i), new SplittableRandom(i)))
                    .toList();
        }

        private Hidden hidden(Windows.Window window, RandomGenerator random) {
            return value.hide(window, words.mask(), words.tokenizer().size(), random);
        }

        @Override
        public Needs needs() {
            return new Needs(words.tokenizer().size(), Optional.empty(), OptionalInt.of(value.length + 2));
        }

        @Override
        public void check(Transformer model) {
            if (!(model.architecture().topology() instanceof Encoder)
                    || model.architecture().head().gives() != Gives.WORDS) {
                throw new IllegalArgumentException("model.architecture: hidden words are found by an Encoder with a"
                        + " MaskedLanguageHead, not by "
                        + model.architecture().topology().getClass().getSimpleName() + " and "
                        + model.architecture().head().getClass().getSimpleName());
            }
        }

        @Override
        public List<Integer> lengths() {
            return Collections.nCopies(training.count(), value.length);
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return Hidden.batch(
                    examples.stream()
                            .map(i -> hidden(training.shifted(i, random), random))
                            .toList(),
                    words);
        }

        @Override
        public int heldOut() {
            return heldOut.size();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return Hidden.batch(heldOutHidden.subList(from, to), words);
        }

        @Override
        public Tensor loss(Transformer model, Batch batch, Context context) {
            return Asked.of(model, batch, context).loss(model, 0, context);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            Asked.Guessed guessed = Asked.guessed(text.model(), this);
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("accuracy", guessed.accuracy());
            measures.put("perplexity", Math.exp(loss));
            List<Shown> shown = new ArrayList<>();
            int next = 0;
            for (int row = 0; row < Math.min(SHOWN, heldOut.size()); row++) {
                int[] filled = heldOutHidden.get(row).read().clone();
                for (int i = 0; i < filled.length; i++) {
                    if (heldOutHidden.get(row).answers()[i] != Head.IGNORED) {
                        filled[i] = guessed.guesses().get(next++);
                    }
                }
                shown.add(new Shown(
                        text(heldOutHidden.get(row).read()),
                        Optional.of(text(heldOut.get(row).tokens())),
                        text(filled)));
            }
            return new Judged(measures, shown);
        }

        private String text(int[] tokens) {
            return words.tokenizer().decode(tokens, Specials.KEEP);
        }
    }
}
