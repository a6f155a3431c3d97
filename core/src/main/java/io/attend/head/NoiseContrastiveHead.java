package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Noise-contrastive estimation: the model learns to tell the right word from k words of noise drawn by
/// Zipf's law, and with it scores that are log-probabilities without a sum over the vocabulary. Words are
/// numbered most frequent first.
///
///     loss = −log σ(z_w − log(k q_w)) − Σ_s log σ(−(z_s − log(k q_s)))        over k drawn words s, q their chance
///     q_s = log((s + 2) / (s + 1)) / log(V + 1),    z_v = W_v · x + b_v
///
/// x [B, T, E] → logits [B, T, V]. All positions of a step share the k words: 2·E·(k + 1) operations a
/// position instead of 2·E·V. Outside training the loss is the full cross-entropy. No label smoothing.
///
/// @param samples k
/// @param scores whose W it is: the table's, or the head's own
@Source(paper = "A Fast and Simple Algorithm for Training Neural Probabilistic Language Models", arxiv = "1206.6426")
public record NoiseContrastiveHead(
        int samples, @Default("\"tied\"") Tying scores) implements Head {
    public static final NoiseContrastiveHead EXAMPLE = new NoiseContrastiveHead(7, Tying.TIED);

    public NoiseContrastiveHead {
        Drawn.check(samples);
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        return new Drawn(this, samples, scores, parameters, width, table, chosen -> {
            Tensor right = chosen.right().sub(chosen.rightChances()).logSigmoid(); // [N]
            Tensor noise = chosen.others().neg().logSigmoid(); // [N, k]
            return right.sum().add(noise.sum()).neg();
        });
    }
}
