package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Sampled softmax: in training the sum over the vocabulary is estimated from a few words drawn by Zipf's
/// law. Words are numbered most frequent first.
///
///     loss = −z_w + log(exp z_w + Σ_s exp(z_s − log(S q_s)))        over S drawn words s ≠ w, q_s their chance
///     q_s = log((s + 2) / (s + 1)) / log(V + 1),    z_v = W_v · x + b_v
///
/// x [B, T, E] → logits [B, T, V]. All positions of a step share the S words: 2·E·(S + 1) operations a
/// position instead of 2·E·V. The corrected sum is an unbiased estimate of the full one; its logarithm is
/// close to it for large S. Outside training the loss is the full one. TensorFlow's function of this name
/// also corrects the right word, and draws without repetition. No label smoothing.
///
/// @param samples S
/// @param scores whose W it is: the table's, or the head's own
@Source(paper = "On Using Very Large Target Vocabulary for Neural Machine Translation", arxiv = "1412.2007")
public record SampledHead(int samples, @Default("\"tied\"") Tying scores) implements Head {
    public static final SampledHead EXAMPLE = new SampledHead(7, Tying.TIED);
    public static final SampledHead UNTIED = new SampledHead(7, Tying.OWN);

    public SampledHead {
        Drawn.check(samples);
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        return new Drawn(this, samples, scores, parameters, width, table, chosen -> {
            Tensor wrong = chosen.others().maskedFill(chosen.hits(), Double.NEGATIVE_INFINITY);
            Tensor all = Tensor.cat(1, chosen.right().unsqueeze(1), wrong); // [N, 1 + S]
            return all.logsumexp(1, Tensor.Axis.DROPPED).sub(chosen.right()).sum();
        });
    }
}
