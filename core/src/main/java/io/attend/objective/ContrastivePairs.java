package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.data.Example;
import io.attend.data.Pair;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.head.MeanPooling;
import io.attend.head.PooledHead;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The vectors of two texts that belong together are pulled together, and pushed from those of the other pairs
/// of the batch: InfoNCE. From [Pair]s; a text paired with itself learns from dropout alone (SimCSE).
///
///     S_ij = cos(u_i, v_j) / temperature        loss = − ½ mean over i of log softmax_j(S_ij)_i + log
///     softmax_j(S_ji)_i
///
/// u [B, E] of the sources, v of the targets, by one model; the B − 1 others are the negatives, so a larger
/// batch asks more. Judged by how often the target is the nearest of all held-out ones, and by the mean of one
/// over its rank (MRR).
///
/// @param length tokens of a text that are read, begin and end token included
/// @param temperature of the softmax
@Source(paper = "Representation Learning with Contrastive Predictive Coding", arxiv = "1807.03748")
public record ContrastivePairs(
        @Default("64") int length, @Default("0.05") double temperature) implements Objective {
    public static final ContrastivePairs EXAMPLE = new ContrastivePairs(17, 0.05);

    public ContrastivePairs {
        if (length < 3) {
            throw new IllegalArgumentException("length must be at least 3 tokens, not " + length);
        }
        if (!(temperature > 0 && temperature <= 100)) {
            throw new IllegalArgumentException("temperature " + temperature + " is outside (0, 100]");
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

    /// The loss of vectors [B, E] of sources and of targets.
    static Tensor loss(Tensor sources, Tensor targets, double temperature) {
        Tensor scores = unit(sources).matmul(unit(targets).transpose(0, 1)).div(temperature); // [B, B]
        Tensor right = Tensor.arange(0, scores.size(0)).to(scores.device());
        return scores.crossEntropy(right, Head.IGNORED, 0)
                .add(scores.transpose(0, 1).contiguous().crossEntropy(right, Head.IGNORED, 0))
                .div(2);
    }

    /// Of length 1; a vector of zeros stays.
    private static Tensor unit(Tensor x) {
        return x.div(x.square().sum(-1, Tensor.Axis.KEPT).clampMin(1e-12).sqrt());
    }

    private static final class Built implements Ready<List<int[]>> {
        private static final int AT_ONCE = 125;
        private static final int SHOWN = 8;

        private final ContrastivePairs value;
        private final TextModel.Words words;
        private final List<List<int[]>> training;
        private final List<List<int[]>> heldOut;
        private final List<Pair> heldOutPairs;

        Built(ContrastivePairs value, Tokenizer tokenizer, List<Pair> training, List<Pair> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.training = training.stream().map(this::tokens).toList();
            this.heldOut = heldOut.stream().map(this::tokens).toList();
            this.heldOutPairs = heldOut;
        }

        private List<int[]> tokens(Pair pair) {
            return Stream.of(pair.source(), pair.target())
                    .map(text -> {
                        int[] ids = words.tokenizer().ids(text, Specials.SKIP);
                        int[] all = new int[Math.min(ids.length, value.length - 2) + 2];
                        System.arraycopy(ids, 0, all, 1, all.length - 2);
                        all[0] = words.begin();
                        all[all.length - 1] = words.end();
                        return all;
                    })
                    .toList();
        }

        @Override
        public Needs needs() {
            return new Needs(
                    words.tokenizer().size(),
                    Optional.of(new PooledHead(new MeanPooling(), Optional.empty())),
                    OptionalInt.of(value.length));
        }

        @Override
        public void check(Transformer model) {
            if (!(model.architecture().head() instanceof PooledHead)) {
                throw new IllegalArgumentException("model.architecture: texts become vectors by a PooledHead, not by a "
                        + model.architecture().head().getClass().getSimpleName());
            }
        }

        @Override
        public List<Integer> lengths() {
            return training.stream().map(pair -> pair.getFirst().length).toList();
        }

        @Override
        public List<List<int[]>> learned() {
            return training;
        }

        @Override
        public List<List<int[]>> judged() {
            return heldOut;
        }

        /// All sources, and behind them all targets, as 2 B texts.
        @Override
        public Batch batch(List<List<int[]>> pairs) {
            List<int[]> texts = Stream.concat(
                            pairs.stream().map(List::getFirst), pairs.stream().map(List::getLast))
                    .toList();
            return new Batch(
                    Inputs.of(Tokens.padded(texts, words.pad())),
                    Tensor.arange(0, pairs.size()),
                    texts.stream().mapToLong(text -> text.length).sum(),
                    pairs.size());
        }

        @Override
        public Tensor loss(Transformer model, Batch batch, Context context) {
            List<Tensor> sides = model.forward(batch.inputs(), context).split(batch.answered(), 0); // 2 · [B, E]
            return ContrastivePairs.loss(sides.getFirst(), sides.getLast(), value.temperature);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                List<Tensor> sources = new ArrayList<>();
                List<Tensor> targets = new ArrayList<>();
                for (int from = 0; from < heldOut.size(); from += AT_ONCE) {
                    Batch some = heldOut(from, Math.min(from + AT_ONCE, heldOut.size()));
                    List<Tensor> sides = text.model()
                            .forward(some.inputs(), Context.inference())
                            .split(some.answered(), 0);
                    sources.add(unit(sides.getFirst()));
                    targets.add(unit(sides.getLast()));
                }
                Tensor all = Tensor.cat(0, targets.toArray(Tensor[]::new));
                float[][] scores = sources.stream()
                        .flatMap(some -> IntStream.range(0, (int) some.size(0))
                                .mapToObj(row -> all.mv(some.select(0, row)).toFloats()))
                        .toArray(float[][]::new);
                return judged(scores);
            }
        }

        private Judged judged(float[][] scores) {
            double nearest = 0;
            double reciprocal = 0;
            List<Shown> shown = new ArrayList<>();
            for (int row = 0; row < scores.length; row++) {
                float[] of = scores[row];
                float right = of[row];
                long rank = 1
                        + IntStream.range(0, of.length)
                                .filter(i -> of[i] > right)
                                .count();
                nearest += rank == 1 ? 1 : 0;
                reciprocal += 1.0 / rank;
                if (row < SHOWN) {
                    int best = IntStream.range(0, of.length)
                            .reduce((a, b) -> of[b] > of[a] ? b : a)
                            .orElseThrow();
                    shown.add(new Shown(
                            heldOutPairs.get(row).source(),
                            Optional.of(heldOutPairs.get(row).target()),
                            heldOutPairs.get(best).target()));
                }
            }
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("accuracy", nearest / scores.length);
            measures.put("reciprocalRank", reciprocal / scores.length);
            return new Judged(measures, shown);
        }
    }
}
