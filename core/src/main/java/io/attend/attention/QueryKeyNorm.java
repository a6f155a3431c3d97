package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Queries and keys are each brought to a standard size before positions turn them, so that no score can grow
/// without bound.
///
///     Q ← norm(Q)        K ← norm(K)
///
/// [B, T, H·D] → [B, T, H·D], by two norms with weights of their own. Cost: a norm of every query and key.
/// Names: Hugging Face's `q_norm` and `k_norm` (Qwen 3, Gemma 3: `shared`; OLMo 2: `joint`), `q_layernorm`
/// and `k_layernorm` (StableLM: `separate`; Phi, Persimmon: `shared`).
///
/// @param norm how; with [NoNorm] nothing happens
/// @param heads what of the heads is normed together
@Source(paper = "Query-Key Normalization for Transformers", arxiv = "2010.04245")
public record QueryKeyNorm(
        @Default("\"NoNorm\"") Norm norm,
        @Default("\"shared\"") Across heads) {
    /// Queries and keys stay as they are.
    public static final QueryKeyNorm NONE = new QueryKeyNorm(new NoNorm(), Across.SHARED);

    /// What is normed together.
    public enum Across {
        /// Each head by itself, all heads with the same weights [D].
        SHARED,
        /// Each head by itself, with weights of its own [D].
        SEPARATE,
        /// All heads at once, with weights [H·D].
        JOINT
    }

    public QueryKeyNorm {
        if (norm instanceof NoNorm && heads != Across.SHARED) {
            throw new IllegalArgumentException("heads " + heads.name().toLowerCase(java.util.Locale.ROOT)
                    + " says how a norm spans heads, but there is no norm; leave it out or give a norm");
        }
    }

    /// The norm of `heads` heads of `size` numbers, [B, T, H·D] → [B, T, H·D].
    Layer build(Parameters parameters, int heads, int size) {
        return switch (this.heads) {
            case SHARED -> new Shared(norm.build(parameters, size), size, heads);
            case JOINT -> norm.build(parameters, heads * size);
            case SEPARATE -> {
                List<Layer> norms = new ArrayList<>();
                for (int head = 0; head < heads; head++) {
                    norms.add(norm.build(parameters.in(Integer.toString(head)), size));
                }
                yield new Separate(List.copyOf(norms), size);
            }
        };
    }

    /// One norm for every head: heads stand as further positions.
    private record Shared(Layer norm, int size, int heads) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor each = x.reshape(x.size(0), -1, size); // [B, T H, D]
            return norm.forward(each, context).reshape(x.shape().toArray());
        }

        @Override
        public Cost cost(Load load) {
            return norm.cost(load.length(load.length() * heads));
        }
    }

    private record Separate(List<Layer> norms, int size) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor[] heads = new Tensor[norms.size()];
            for (int head = 0; head < heads.length; head++) {
                heads[head] = norms.get(head).forward(x.narrow(2, (long) head * size, size), context); // [B, T, D]
            }
            return Tensor.cat(2, heads); // [B, T, H D]
        }

        @Override
        public Cost cost(Load load) {
            return norms.stream().map(norm -> norm.cost(load)).reduce(Cost.NONE, Cost::plus);
        }
    }
}
