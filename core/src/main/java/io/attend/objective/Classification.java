package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.data.Augmentation;
import io.attend.data.CutSpan;
import io.attend.data.Example;
import io.attend.data.Labeled;
import io.attend.data.SwapTokens;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// The model is asked which of several labels a text has. From [Labeled] examples; the labels are those that
/// occur, in alphabetical order.
///
///     loss = − mean over texts of log p(label | text)
///
/// While learning, a share `drop` of the tokens of each text may be left out and a share `hide` replaced by the
/// unknown token, so that no single word decides. Judged by accuracy.
///
/// @param length tokens of a text that are read; what is behind them is cut off
/// @param smoothing the share of certainty spread over all labels
/// @param drop chance of a token to be left out while learning
/// @param hide chance of a token to be unknown while learning
/// @param augment changes to each text while learning, one after the other, before any of these
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record Classification(
        @Default("128") int length,
        @Default("0.0") double smoothing,
        @Default("0.0") double drop,
        @Default("0.0") double hide,
        @Default("[]") List<Augmentation> augment)
        implements Objective {
    public static final Classification EXAMPLE = new Classification(17, 0.1, 0.1, 0.1);
    public static final Classification AUGMENTED =
            new Classification(17, 0.1, 0, 0, List.of(SwapTokens.EXAMPLE, CutSpan.EXAMPLE));

    public Classification(int length, double smoothing, double drop, double hide) {
        this(length, smoothing, drop, hide, List.of());
    }

    public Classification {
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1 token, not " + length);
        }
        augment = List.copyOf(augment);
        share("smoothing", smoothing);
        share("drop", drop);
        share("hide", hide);
    }

    private static void share(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " " + value + " is outside [0, 1)");
        }
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
        private final Augmentation.Vocabulary ordinary;
        private final List<String> labels;
        private final List<Labeled> heldOutTexts;
        private final List<int[]> training;
        private final long[] trainingLabels;
        private final List<int[]> heldOut;
        private final long[] heldOutLabels;

        Built(Classification value, Tokenizer tokenizer, List<Labeled> training, List<Labeled> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.ordinary = Augmentation.Vocabulary.of(tokenizer, words.unknown());
            this.labels = List.copyOf(
                    new TreeSet<>(training.stream().map(Labeled::label).toList()));
            if (labels.size() < 2) {
                throw new IllegalArgumentException(
                        "all examples have the label " + labels + "; there must be two or more");
            }
            this.heldOutTexts = heldOut;
            this.training = training.stream().map(this::tokens).toList();
            this.trainingLabels = training.stream().mapToLong(this::label).toArray();
            this.heldOut = heldOut.stream().map(this::tokens).toList();
            this.heldOutLabels = heldOut.stream().mapToLong(this::label).toArray();
        }

        private long label(Labeled example) {
            int label = labels.indexOf(example.label());
            if (label < 0) {
                throw new IllegalArgumentException("a held-out text has the label \"" + example.label()
                        + "\", which none to learn from has; they have " + labels);
            }
            return label;
        }

        /// Begin token, text, end token.
        private int[] tokens(Labeled example) {
            int[] ids = words.tokenizer().ids(example.text(), Specials.SKIP);
            int[] all = new int[Math.min(ids.length, Math.max(0, value.length - 2)) + 2];
            System.arraycopy(ids, 0, all, 1, all.length - 2);
            all[0] = words.begin();
            all[all.length - 1] = words.end();
            return all;
        }

        @Override
        public Needs needs() {
            return new Needs(words.tokenizer().size(), OptionalInt.of(labels.size()), OptionalInt.of(value.length));
        }

        @Override
        public void check(Transformer model) {
            // Any topology reads; that its head gives one score a label is seen at the first step.
        }

        @Override
        public Optional<List<String>> labels() {
            return Optional.of(labels);
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
                            .map(i -> blurred(augmented(training.get(i), random), random))
                            .toList(),
                    examples.stream().mapToLong(i -> trainingLabels[i]).toArray());
        }

        /// The text between its first and last token changed, and cut if it has become too long.
        private int[] augmented(int[] text, RandomGenerator random) {
            if (value.augment.isEmpty()) {
                return text;
            }
            int[] inner = Augmentation.all(
                    value.augment, Arrays.copyOfRange(text, 1, text.length - 1), ordinary, random);
            int[] all = Arrays.copyOf(text, Math.min(inner.length + 2, Math.max(2, value.length)));
            System.arraycopy(inner, 0, all, 1, all.length - 2);
            all[all.length - 1] = words.end();
            return all;
        }

        private int[] blurred(int[] text, RandomGenerator random) {
            if (value.drop == 0 && value.hide == 0) {
                return text;
            }
            int[] left = new int[text.length];
            int length = 0;
            for (int i = 0; i < text.length; i++) {
                boolean inner = i > 0 && i < text.length - 1;
                if (inner && random.nextDouble() < value.drop) {
                    continue;
                }
                left[length++] = inner && random.nextDouble() < value.hide ? words.unknown() : text[i];
            }
            return Arrays.copyOf(left, length);
        }

        @Override
        public int heldOut() {
            return heldOut.size();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return batch(heldOut.subList(from, to), Arrays.copyOfRange(heldOutLabels, from, to));
        }

        private Batch batch(List<int[]> texts, long[] right) {
            return new Batch(
                    Inputs.of(Tokens.padded(texts, words.pad())),
                    Tensor.of(right, right.length),
                    texts.stream().mapToLong(text -> text.length).sum(),
                    right.length);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            List<Long> chosen = new ArrayList<>();
            for (int from = 0; from < heldOut.size(); from += AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    Batch some = heldOut(from, Math.min(from + AT_ONCE, heldOut.size()));
                    for (long label : text.model()
                            .forward(some.inputs(), Context.inference())
                            .argmax(-1)
                            .toLongs()) {
                        chosen.add(label);
                    }
                }
            }
            int right = 0;
            List<Shown> shown = new ArrayList<>();
            for (int i = 0; i < chosen.size(); i++) {
                right += chosen.get(i) == heldOutLabels[i] ? 1 : 0;
                if (i < SHOWN) {
                    shown.add(new Shown(
                            heldOutTexts.get(i).text(),
                            Optional.of(heldOutTexts.get(i).label()),
                            labels.get(chosen.get(i).intValue())));
                }
            }
            return new Judged(Map.of("accuracy", (double) right / chosen.size()), shown);
        }
    }
}
