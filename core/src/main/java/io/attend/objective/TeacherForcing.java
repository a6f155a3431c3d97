package io.attend.objective;

import io.attend.data.Example;
import io.attend.data.Pair;
import io.attend.data.TokenPair;
import io.attend.generation.Beam;
import io.attend.generation.Decoding;
import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.metric.Bleu;
import io.attend.metric.BleuTokens;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
/// model from being too sure; without, q is the right token alone. Padding does not count.
///
/// With [ScheduledSampling] it is shown its own tokens in place of some of the right ones. Judged by the share
/// of held-out targets that what it writes hits to the character, and by BLEU as sacreBLEU defines it, whose
/// signature stands in the report.
///
/// @param smoothing s
/// @param decoding how held-out sources are written about; never more than twice as long as the longest target
/// @param bleu how BLEU splits texts into words; `none` for files that are tokenised already
/// @param sampling when its own tokens are shown
@Source(paper = "Rethinking the Inception Architecture for Computer Vision", arxiv = "1512.00567")
public record TeacherForcing(
        @Default("0.0") double smoothing,
        @Default("{\"type\": \"Greedy\"}") Decoding decoding,
        @Default("\"wmt\"") BleuTokens bleu,
        Optional<ScheduledSampling> sampling)
        implements Objective {
    public static final TeacherForcing EXAMPLE = new TeacherForcing(0.1);
    public static final TeacherForcing SAMPLED = new TeacherForcing(
            0.1, Beam.of(3), BleuTokens.NONE, Optional.of(ScheduledSampling.EXAMPLE));

    private static final int AT_ONCE = 250;
    private static final int SHOWN = 16;

    public TeacherForcing {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("smoothing " + smoothing + " is outside [0, 1)");
        }
    }

    /// Without sampling, judged by greedy writing.
    public TeacherForcing(double smoothing) {
        this(smoothing, new Greedy(256), BleuTokens.WMT, Optional.empty());
    }

    /// As `multi-bleu.perl` where the text is tokenised, as sacreBLEU otherwise.
    private Bleu measure() {
        return bleu == BleuTokens.NONE
                ? Bleu.TOKENISED
                : new Bleu(bleu, Bleu.STANDARD.smoothing(), Bleu.STANDARD.letters(), Bleu.STANDARD.order());
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
        private final List<TokenPair> training;
        private final List<Pair> heldOutPairs;
        private final List<TokenPair> heldOut;

        Built(TeacherForcing value, Tokenizer tokenizer, List<Pair> training, List<Pair> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.training = training.stream().map(this::tokens).toList();
            this.heldOutPairs = heldOut;
            this.heldOut = heldOut.stream().map(this::tokens).toList();
        }

        private TokenPair tokens(Pair pair) {
            return new TokenPair(words.ended(pair.source()), words.ended(pair.target()));
        }

        @Override
        public Needs needs() {
            return new Needs(words.tokenizer().size(), Optional.empty(), OptionalInt.empty());
        }

        @Override
        public void check(Transformer model) {
            TokenPairs.check("pairs", model);
        }

        @Override
        public List<Integer> lengths() {
            return training.stream().map(pair -> pair.source().length).toList();
        }

        @Override
        public double smoothing() {
            return value.smoothing;
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return TokenPairs.batch(examples.stream().map(training::get).toList(), words);
        }

        @Override
        public int heldOut() {
            return heldOut.size();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return TokenPairs.batch(heldOut.subList(from, to), words);
        }

        @Override
        public Tensor loss(Transformer model, Batch batch, Context context) {
            return value.sampling.isPresent() && context.isTraining()
                    ? Objective.Built.super.loss(model, value.sampling.get().mixed(model, batch, context), context)
                    : Objective.Built.super.loss(model, batch, context);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            int longest = heldOut.stream()
                    .mapToInt(pair -> pair.target().length)
                    .max()
                    .orElseThrow();
            Decoding decoding = value.decoding.limit(Math.min(value.decoding.limit(), 2 * longest + 2));
            List<String> written = new ArrayList<>();
            for (int from = 0; from < heldOutPairs.size(); from += AT_ONCE) {
                written.addAll(text.write(
                        heldOutPairs.subList(from, Math.min(from + AT_ONCE, heldOutPairs.size())).stream()
                                .map(Pair::source)
                                .toList(),
                        decoding));
            }
            List<Integer> wrong = IntStream.range(0, written.size())
                    .filter(i -> !heldOutPairs.get(i).target().equals(written.get(i)))
                    .boxed()
                    .toList();
            Bleu.Score bleu = value.measure()
                    .corpus(
                            written,
                            heldOutPairs.stream()
                                    .map(pair -> List.of(pair.target()))
                                    .toList());
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("exactMatch", 1 - (double) wrong.size() / written.size());
            measures.put("bleu", bleu.score());
            Map<String, String> notes = new LinkedHashMap<>();
            notes.put("BLEU", bleu.toString());
            notes.put("signature", value.measure().signature(1));
            return new Judged(measures, shown(written, wrong), notes);
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
