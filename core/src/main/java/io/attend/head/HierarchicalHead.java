package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Hierarchical softmax: a word is a path of left or right from the root of a Huffman tree, and its
/// probability the product of those of its turns.
///
///     log p(w) = Σ_n log σ(± (W_n · x + b_n))        over the nodes n on the path to w, + to the left, − to the right
///
/// x [B, T, E] → log-probabilities [B, T, V]; W [V − 1, E], one row an inner node. The loss takes 2·E
/// operations for each step of the path, in the mean about the entropy of the counts in bits: some 11 steps
/// where a softmax over 100,000 words takes 100,000 products. All scores, as `forward` makes them, cost 2·(V
/// − 1)·E. No label smoothing.
///
/// @param counts how often each word occurs, in the order of the vocabulary
@Source(paper = "Distributed Representations of Words and Phrases and their Compositionality", arxiv = "1310.4546")
public record HierarchicalHead(
        List<Long> counts, @Default("\"added\"") Bias bias) implements Head {
    public static final HierarchicalHead EXAMPLE =
            new HierarchicalHead(List.of(31L, 29L, 23L, 2L, 19L, 0L, 17L, 13L, 11L, 7L, 5L, 3L, 100L), Bias.ADDED);

    public HierarchicalHead {
        counts = List.copyOf(counts);
        if (counts.size() < 2) {
            throw new IllegalArgumentException("a tree needs the counts of at least 2 words, not of " + counts.size());
        }
        double all = 0;
        for (int word = 0; word < counts.size(); word++) {
            if (counts.get(word) < 0) {
                throw new IllegalArgumentException(
                        "word " + word + " cannot have occurred " + counts.get(word) + " times");
            }
            all += counts.get(word);
        }
        if (all > Long.MAX_VALUE / 2.0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the counts add up to %.1e, more than can be added; divide them", all));
        }
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Head.Built {
        private final int vocabulary;
        private final int width;
        private final HuffmanTree tree;
        private final Linear turns;

        Built(HierarchicalHead value, Parameters parameters, int width) {
            this.vocabulary = value.counts.size();
            this.width = width;
            this.tree = HuffmanTree.of(value.counts);
            this.turns =
                    new Linear(parameters.in("turns"), Linear.Size.from(width).to(vocabulary - 1), value.bias);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor scores = turns.forward(x).reshape(-1, vocabulary - 1); // [N, V − 1]
            Tensor left = scores.logSigmoid();
            Tensor right = scores.neg().logSigmoid();
            List<Tensor> found = new ArrayList<>();
            int[] order = new int[vocabulary];
            int at = 0;
            Optional<Tensor> above = Optional.empty(); // log-probabilities of this level's nodes
            for (HuffmanTree.Level level : tree.levels()) {
                Tensor turned = Tensor.stack(
                        -1,
                        left.narrow(1, level.first(), level.size()),
                        right.narrow(1, level.first(), level.size())); // [N, nodes, 2]
                Tensor children = (above.isPresent() ? turned.add(above.get().unsqueeze(-1)) : turned)
                        .reshape(-1, 2L * level.size());
                found.add(children.indexSelect(1, Asked.index(level.leaves(), x)));
                for (int word : level.words()) {
                    order[word] = at++;
                }
                above = Optional.of(children.indexSelect(1, Asked.index(level.inner(), x)));
            }
            long[] shape = x.shape().toArray();
            shape[shape.length - 1] = vocabulary;
            return Tensor.cat(1, found.toArray(Tensor[]::new))
                    .indexSelect(1, Asked.index(order, x))
                    .reshape(shape); // [B, T, V]
        }

        @Override
        public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
            Asked.unsmoothed("a HierarchicalHead", smoothing);
            Asked asked = Asked.of(x, answers, vocabulary);
            int steps = 0;
            for (int word : asked.answers()) {
                steps += tree.nodes()[word].length;
            }
            int[] rows = new int[steps];
            int[] nodes = new int[steps];
            double[] signs = new double[steps];
            int at = 0;
            for (int row = 0; row < asked.answers().length; row++) {
                int word = asked.answers()[row];
                for (int i = 0; i < tree.nodes()[word].length; i++, at++) {
                    rows[at] = row;
                    nodes[at] = tree.nodes()[word][i];
                    signs[at] = tree.lefts()[word][i] ? 1 : -1;
                }
            }
            Tensor where = Asked.index(nodes, x);
            Tensor scores = asked.x()
                    .indexSelect(0, Asked.index(rows, x))
                    .mul(turns.weights(where))
                    .sum(1, Tensor.Axis.DROPPED); // [steps]
            Optional<Tensor> biases = turns.biases(where);
            Tensor turned = biases.isPresent() ? scores.add(biases.get()) : scores;
            Tensor signed = turned.mul(Tensor.of(signs, steps).to(x.dtype()).to(x.device()));
            return asked.mean(signed.logSigmoid().sum().neg());
        }

        @Override
        public Cost cost(Load load) {
            double nodes = load.rows() * (vocabulary - 1);
            return Cost.flops(turns.flops(load.rows()) + 11 * nodes).saving(load.rows() * width + 5 * nodes);
        }
    }
}
