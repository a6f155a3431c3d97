package io.attend.objective;

import io.attend.activation.Gelu;
import io.attend.architecture.Encoder;
import io.attend.architecture.Inputs;
import io.attend.data.Document;
import io.attend.data.Example;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.DiscriminatorHead;
import io.attend.head.Gives;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.metric.PrecisionRecall;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// A small model fills in hidden words, and the model is asked which words it replaced: ELECTRA's objective.
/// From
/// [Document]s laid end to end and cut into windows.
///
///     x̂ ~ generator(x with M hidden)        loss = L_MLM(generator) + weight · mean over t of BCE(x̂_t ≠ x_t)
///
/// The generator is the model's `partner`; no gradient goes through what it draws. A word it happens to guess
/// counts as not replaced. Examples to be judged by take its likeliest words. Judged by the F1 of what was
/// replaced, and the share of hidden words the generator finds.
///
/// @param length tokens of a window, the begin and the end token not counted
/// @param share of tokens that are hidden
/// @param weight of the second part, the paper's λ
@Source(paper = "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators", arxiv = "2003.10555")
public record ReplacedToken(
        @Default("126") int length,
        @Default("0.15") double share,
        @Default("50.0") double weight) implements Objective {
    public static final ReplacedToken EXAMPLE = new ReplacedToken(13, 0.15, 50);

    public ReplacedToken {
        Windows.check(length);
        Windows.share("share", share);
        if (!(weight > 0 && weight <= 1e6)) {
            throw new IllegalArgumentException("weight " + weight + " is outside (0, 1000000]");
        }
    }

    @Override
    public List<String> specials() {
        return MaskedToken.EXAMPLE.specials();
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

    private static final class Built implements Objective.Built {
        private static final int AT_ONCE = 50;

        private final ReplacedToken value;
        private final MaskedToken hiding;
        private final TextModel.Words words;
        private final Windows training;
        private final Windows heldOut;

        Built(ReplacedToken value, Tokenizer tokenizer, List<Document> training, List<Document> heldOut) {
            this.value = value;
            this.hiding = new MaskedToken(value.length, value.share, MaskedToken.Unit.TOKEN);
            this.words = new TextModel.Words(tokenizer);
            this.training = new Windows("to learn from", tokenizer, training, value.length);
            this.heldOut = new Windows("to be judged by", tokenizer, heldOut, value.length);
        }

        @Override
        public Needs needs() {
            return new Needs(
                    words.tokenizer().size(),
                    Optional.of(new DiscriminatorHead(new Gelu())),
                    OptionalInt.of(value.length + 2));
        }

        @Override
        public void check(Transformer model) {
            boolean finds = model.architecture().topology() instanceof Encoder
                    && model.architecture().head().gives() == Gives.REPLACEMENTS;
            boolean replaces = model.architecture()
                    .partner()
                    .filter(other ->
                            other.topology() instanceof Encoder && other.head().gives() == Gives.WORDS)
                    .isPresent();
            if (!finds || !replaces) {
                throw new IllegalArgumentException("model.architecture: replaced words are found by an Encoder with a"
                        + " DiscriminatorHead whose partner is an Encoder with a MaskedLanguageHead; use the model"
                        + " Electra");
            }
        }

        @Override
        public List<Integer> lengths() {
            return Collections.nCopies(training.count(), value.length);
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return batch(examples.stream()
                    .map(i -> hidden(training.shifted(i, random), random))
                    .toList());
        }

        @Override
        public int heldOut() {
            return heldOut.count();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return batch(IntStream.range(from, to)
                    .mapToObj(i -> hidden(heldOut.window(i), new SplittableRandom(i)))
                    .toList());
        }

        /// What the generator reads and is asked.
        private Hidden hidden(Windows.Window window, RandomGenerator random) {
            Hidden hidden = Hidden.nothing(window);
            hiding.chosen(window, random).forEach(i -> hidden.hide(i, words.mask()));
            return hidden;
        }

        /// Both models read it.
        private Batch batch(List<Hidden> windows) {
            Batch batch = Hidden.batch(windows, words);
            return new Batch(batch.inputs(), batch.answers(), 2 * batch.tokens(), batch.answered());
        }

        /// A batch with the generator's words in it.
        ///
        /// @param loss of the generator
        /// @param inputs what the discriminator reads
        /// @param replaced [B, T], 1 where a word is another now
        private record Replaced(Tensor loss, Inputs inputs, Tensor replaced) {}

        private Replaced replaced(Transformer model, Batch batch, Context context) {
            Transformer generator = model.partner().orElseThrow();
            Asked asked = Asked.of(generator, batch, context);
            Tensor loss = asked.loss(generator, 0, context);
            long[] read = batch.inputs().source().words().orElseThrow().toLongs();
            long[] answers = batch.answers().toLongs();
            long[] replaced = new long[read.length];
            long[] drawn = drawn(generator, asked, context);
            int next = 0;
            for (int i = 0; i < read.length; i++) {
                if (answers[i] != Head.IGNORED) {
                    read[i] = drawn[next++];
                    replaced[i] = read[i] == answers[i] ? 0 : 1;
                }
            }
            long[] shape = batch.answers().shape().toArray();
            return new Replaced(loss, Inputs.of(Tokens.of(Tensor.of(read, shape))), Tensor.of(replaced, shape));
        }

        /// By the Gumbel trick while learning, else the likeliest.
        private static long[] drawn(Transformer generator, Asked asked, Context context) {
            try (NoGradient _ = NoGradient.open()) {
                Tensor scores = generator.scores(asked.vectors(), context.unpadded()); // [1, N, V]
                return context.random()
                        .map(random -> scores.sub(random.uniform(scores.shape(), 1e-9, 1)
                                .to(scores.device())
                                .log()
                                .neg()
                                .log()))
                        .orElse(scores)
                        .argmax(-1)
                        .toLongs();
            }
        }

        @Override
        public Tensor loss(Transformer model, Batch batch, Context context) {
            Replaced replaced = replaced(model, batch, context);
            return replaced.loss.add(
                    model.loss(replaced.inputs, replaced.replaced, 0, context).mul(value.weight));
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            int[] counts = new int[3]; // found, said to be replaced, replaced
            long hidden = 0;
            for (int from = 0; from < heldOut(); from += AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    Batch batch = heldOut(from, Math.min(from + AT_ONCE, heldOut()));
                    Replaced some = replaced(text.model(), batch, Context.inference());
                    float[] said = text.model()
                            .forward(some.inputs, Context.inference())
                            .toFloats(); // [B, T, 1]
                    long[] right = some.replaced.toLongs();
                    IntStream.range(0, right.length).forEach(i -> {
                        counts[0] += said[i] > 0 && right[i] == 1 ? 1 : 0;
                        counts[1] += said[i] > 0 ? 1 : 0;
                        counts[2] += right[i] == 1 ? 1 : 0;
                    });
                    hidden += batch.answered();
                }
            }
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put(
                    "f1", PrecisionRecall.of(counts[0], counts[1], counts[2]).f1());
            measures.put("generatorAccuracy", 1 - (double) counts[2] / hidden);
            return new Judged(measures, List.of());
        }
    }
}
