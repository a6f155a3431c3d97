package io.attend.objective;

import io.attend.activation.Gelu;
import io.attend.architecture.Inputs;
import io.attend.data.Example;
import io.attend.data.Labeled;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/// The model is asked which of several labels a text has, which of them it has, or what number belongs to it.
/// From [Labeled] examples; the labels are those that occur, in alphabetical order; several of one text stand
/// between commas, and `-` stands for none.
///
///     loss = − mean over texts of log p(label | text)        or the problem's own, see [Problem]
///
/// Noises spoil texts while learning, so that no single word decides; what they hide becomes the unknown token.
/// Judged by accuracy, the mean of the classes' F1, Matthews's correlation and expected calibration error;
/// where a text has several labels by F1 over all, the mean of the labels' and whole hits; a number by its mean
/// squared error and Pearson's and Spearman's correlations.
///
/// @param length tokens of a text that are read; what is behind them is cut off
/// @param problem what is asked
/// @param smoothing the share of certainty spread over all labels
/// @param noises what texts go through while learning, in order
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record Classification(
        @Default("128") int length,
        @Default("\"single-label\"") Problem problem,
        @Default("0.0") double smoothing,
        @Default("[]") List<Noise> noises)
        implements Objective {
    public static final Classification EXAMPLE =
            new Classification(17, Problem.SINGLE_LABEL, 0.1, List.of(new TokenDeletion(0.1), new TokenMasking(0.1)));
    public static final Classification TAGS = new Classification(17, Problem.MULTI_LABEL, 0, List.of());
    public static final Classification NUMBER = new Classification(17, Problem.REGRESSION, 0, List.of());

    public Classification {
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1 token, not " + length);
        }
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("smoothing " + smoothing + " is outside [0, 1)");
        }
        if (problem != Problem.SINGLE_LABEL && smoothing != 0) {
            throw new IllegalArgumentException("smoothing " + smoothing
                    + " spreads certainty over the classes of one choice, and the problem has none; use 0");
        }
        noises = List.copyOf(noises);
    }

    @Override
    public List<String> specials() {
        return TextModel.SPECIALS;
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(
                this,
                tokenizer,
                Objective.only(Labeled.class, training, this),
                Objective.only(Labeled.class, heldOut, this));
    }

    private static final class Built implements Objective.Built {
        private static final int AT_ONCE = 250;
        private static final int SHOWN = 16;

        private final Classification value;
        private final TextModel.Words words;
        private final Noise.Vocabulary vocabulary;
        private final Labels labels;
        private final List<Labeled> heldOutTexts;
        private final List<int[]> training;
        private final List<double[]> trainingAnswers;
        private final List<int[]> heldOut;
        private final List<double[]> heldOutAnswers;

        Built(Classification value, Tokenizer tokenizer, List<Labeled> training, List<Labeled> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.vocabulary = Noise.Vocabulary.of(tokenizer, words.unknown());
            this.labels = new Labels(value.problem, training);
            this.heldOutTexts = heldOut;
            this.training = training.stream().map(this::tokens).toList();
            this.trainingAnswers = training.stream().map(labels::numbers).toList();
            this.heldOut = heldOut.stream().map(this::tokens).toList();
            this.heldOutAnswers = heldOut.stream().map(labels::numbers).toList();
        }

        /// The text, without the begin and the end token, which need room too.
        private int[] tokens(Labeled example) {
            int[] ids = words.tokenizer().ids(example.text(), Specials.SKIP);
            return Arrays.copyOf(ids, Math.min(ids.length, Math.max(0, value.length - 2)));
        }

        @Override
        public Needs needs() {
            return new Needs(
                    words.tokenizer().size(),
                    Optional.of(
                            SequenceHead.of(labels.outputs()).dense(new Gelu()).problem(value.problem)),
                    OptionalInt.of(value.length));
        }

        @Override
        public void check(Transformer model) {
            if (model.architecture().head().gives() != Gives.LABELS) {
                throw new IllegalArgumentException(
                        "model.architecture: texts are classified by a SequenceHead, not by a "
                                + model.architecture().head().getClass().getSimpleName());
            }
        }

        @Override
        public Optional<List<String>> labels() {
            return labels.names();
        }

        @Override
        public List<Integer> lengths() {
            return training.stream().map(text -> text.length).toList();
        }

        @Override
        public double smoothing() {
            return value.smoothing;
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return batch(
                    examples.stream()
                            .map(i -> Denoising.spoilt(value.noises, training.get(i), vocabulary, random))
                            .toList(),
                    examples.stream().map(trainingAnswers::get).toList());
        }

        @Override
        public int heldOut() {
            return heldOut.size();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return batch(heldOut.subList(from, to), heldOutAnswers.subList(from, to));
        }

        private Batch batch(List<int[]> texts, List<double[]> answers) {
            List<int[]> rows = texts.stream().map(this::framed).toList();
            return new Batch(
                    Inputs.of(Tokens.padded(rows, words.pad())),
                    labels.tensor(answers),
                    rows.stream().mapToLong(text -> text.length).sum(),
                    rows.size());
        }

        /// Begin token, text, end token; noise may have made the text longer.
        private int[] framed(int[] text) {
            int length = Math.min(text.length, Math.max(0, value.length - 2));
            int[] all = new int[length + 2];
            System.arraycopy(text, 0, all, 1, length);
            all[0] = words.begin();
            all[length + 1] = words.end();
            return all;
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            List<double[]> logits = new ArrayList<>();
            for (int from = 0; from < heldOut.size(); from += AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    Batch some = heldOut(from, Math.min(from + AT_ONCE, heldOut.size()));
                    double[] all = text.model()
                            .forward(some.inputs(), Context.inference())
                            .toDoubles();
                    for (int i = 0; i < all.length; i += labels.outputs()) {
                        logits.add(Arrays.copyOfRange(all, i, i + labels.outputs()));
                    }
                }
            }
            List<Shown> shown = new ArrayList<>();
            for (int i = 0; i < Math.min(SHOWN, logits.size()); i++) {
                Labeled example = heldOutTexts.get(i);
                shown.add(new Shown(example.text(), Optional.of(example.label()), labels.said(logits.get(i))));
            }
            return new Judged(labels.measures(logits, heldOutAnswers), shown);
        }
    }
}
