package io.attend.objective;

import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Inputs;
import io.attend.data.Augmentation;
import io.attend.data.DeleteTokens;
import io.attend.data.Example;
import io.attend.data.Pair;
import io.attend.data.TokenPair;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding;
import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The model is shown the right beginning of every target and asked for the next token; all positions are
/// learned at once. From [Pair]s.
///
///     loss = − mean over t of Σ_v q(v) log p(v | source, target before t)
///
/// With `smoothing` s, q is (1 − s) on the right token plus s spread evenly over the vocabulary, which keeps a
/// model from being too sure; without, q is the right token alone. Padding does not count. Judged by the share
/// of held-out targets that greedy writing hits to the character.
///
/// @param smoothing the share of certainty spread evenly over all tokens
/// @param augment changes to each source while learning, one after the other; never longer than the longest
@Source(paper = "Rethinking the Inception Architecture for Computer Vision", arxiv = "1512.00567")
public record TeacherForcing(
        @Default("0.0") double smoothing,
        @Default("[]") List<Augmentation> augment) implements Objective {
    public static final TeacherForcing EXAMPLE = new TeacherForcing(0.1);
    public static final TeacherForcing AUGMENTED = new TeacherForcing(0, List.of(DeleteTokens.EXAMPLE));

    private static final int AT_ONCE = 250;
    private static final int SHOWN = 16;

    public TeacherForcing(double smoothing) {
        this(smoothing, List.of());
    }

    public TeacherForcing {
        augment = List.copyOf(augment);
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("smoothing " + smoothing + " is outside [0, 1)");
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
                this, tokenizer, Objective.only(Pair.class, training, this), Objective.only(Pair.class, heldOut, this));
    }

    private static final class Built implements Objective.Built {
        private final TeacherForcing value;
        private final TextModel.Words words;
        private final Augmentation.Vocabulary ordinary;
        private final List<TokenPair> training;
        private final int longest; // source
        private final List<Pair> heldOutPairs;
        private final List<TokenPair> heldOut;

        Built(TeacherForcing value, Tokenizer tokenizer, List<Pair> training, List<Pair> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.ordinary = Augmentation.Vocabulary.of(tokenizer, words.unknown());
            this.training = training.stream().map(this::tokens).toList();
            this.longest = this.training.stream()
                    .mapToInt(pair -> pair.source().length)
                    .max()
                    .orElse(0);
            this.heldOutPairs = heldOut;
            this.heldOut = heldOut.stream().map(this::tokens).toList();
        }

        private TokenPair tokens(Pair pair) {
            return new TokenPair(words.ended(pair.source()), words.ended(pair.target()));
        }

        @Override
        public Needs needs() {
            return new Needs(words.tokenizer().size(), OptionalInt.empty(), OptionalInt.empty());
        }

        @Override
        public void check(Transformer model) {
            if (!(model.architecture().topology() instanceof EncoderDecoder)) {
                throw new IllegalArgumentException(
                        "model.architecture: pairs are learned by an EncoderDecoder, not by a "
                                + model.architecture().topology().getClass().getSimpleName());
            }
        }

        @Override
        public List<Integer> lengths() {
            return training.stream().map(pair -> pair.source().length).toList();
        }

        @Override
        public List<Integer> targetLengths() {
            return training.stream().map(pair -> pair.target().length).toList();
        }

        @Override
        public double smoothing() {
            return value.smoothing;
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return batch(examples.stream()
                    .map(i -> augmented(training.get(i), random))
                    .toList());
        }

        private TokenPair augmented(TokenPair pair, RandomGenerator random) {
            if (value.augment.isEmpty()) {
                return pair;
            }
            int[] source = pair.source();
            int[] inner = Augmentation.all(
                    value.augment, Arrays.copyOf(source, source.length - 1), ordinary, random);
            int[] all = Arrays.copyOf(inner, Math.min(inner.length + 1, longest));
            all[all.length - 1] = words.end();
            return new TokenPair(all, pair.target());
        }

        @Override
        public int heldOut() {
            return heldOut.size();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return batch(heldOut.subList(from, to));
        }

        /// Sources [B, S], targets shifted right behind the begin token [B, T], and the targets themselves [B,
        /// T].
        private Batch batch(List<TokenPair> pairs) {
            Tokens source = Tokens.padded(pairs.stream().map(TokenPair::source).toList(), words.pad());
            Tokens target = Tokens.padded(
                    pairs.stream().map(pair -> shifted(pair.target())).toList(), words.pad());
            int longest = Math.toIntExact(target.length());
            long[] answers = new long[pairs.size() * longest];
            long read = 0;
            long answered = 0;
            for (int row = 0; row < pairs.size(); row++) {
                int[] written = pairs.get(row).target();
                for (int i = 0; i < longest; i++) {
                    answers[row * longest + i] = i < written.length ? written[i] : Head.IGNORED;
                }
                answered += written.length;
                read += pairs.get(row).source().length;
            }
            return new Batch(
                    Inputs.of(source, target), Tensor.of(answers, pairs.size(), longest), read + answered, answered);
        }

        private int[] shifted(int[] target) {
            int[] shifted = new int[target.length];
            shifted[0] = words.begin();
            System.arraycopy(target, 0, shifted, 1, target.length - 1);
            return shifted;
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            int longest = heldOut.stream()
                    .mapToInt(pair -> pair.target().length)
                    .max()
                    .orElseThrow();
            Decoding greedy = new Greedy(2 * longest + 2);
            List<String> written = new ArrayList<>();
            for (int from = 0; from < heldOutPairs.size(); from += AT_ONCE) {
                written.addAll(text.write(
                        heldOutPairs.subList(from, Math.min(from + AT_ONCE, heldOutPairs.size())).stream()
                                .map(Pair::source)
                                .toList(),
                        greedy));
            }
            List<Integer> wrong = IntStream.range(0, written.size())
                    .filter(i -> !heldOutPairs.get(i).target().equals(written.get(i)))
                    .boxed()
                    .toList();
            return new Judged(Map.of("exactMatch", 1 - (double) wrong.size() / written.size()), shown(written, wrong));
        }

        /// The first, and some of what was wrong.
        private List<Shown> shown(List<String> written, List<Integer> wrong) {
            Set<Integer> chosen = new LinkedHashSet<>(wrong.subList(0, Math.min(4, wrong.size())));
            IntStream.range(0, Math.min(SHOWN, written.size()) - chosen.size()).forEach(chosen::add);
            return chosen.stream()
                    .sorted()
                    .map(i -> new Shown(
                            heldOutPairs.get(i).source(),
                            Optional.of(heldOutPairs.get(i).target()),
                            written.get(i)))
                    .toList();
        }
    }
}
