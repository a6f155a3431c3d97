package io.attend.objective;

import io.attend.architecture.EncoderDecoder;
import io.attend.data.Example;
import io.attend.layer.Context;
import io.attend.layer.Observer;
import io.attend.layer.Place;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// The vectors behind every layer must answer too, by the same head: deep stacks learn from near.
///
///     loss = L + weight · mean over layers l before the last of L(head(hidden_l))
///
/// Vectors are judged as they leave a block, before the last norm of the stack; of an encoder-decoder the
/// decoder's. It costs the head once for each layer. The paper lets the losses of lower layers end as training
/// goes on, here they stay.
@Source(paper = "Character-Level Language Modeling with Deeper Self-Attention", arxiv = "1808.04444")
public record LayerLosses(
        Objective objective, @Default("0.5") double weight) implements Objective {
    public static final LayerLosses EXAMPLE = new LayerLosses(NextToken.EXAMPLE, 0.5);

    public LayerLosses {
        Around.weight(weight);
    }

    @Override
    public List<String> specials() {
        return objective.specials();
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Around(objective.build(tokenizer, training, heldOut)) {
            @Override
            Tensor learned(Transformer model, Batch batch, Context context) {
                Layers layers = new Layers(model.architecture().topology() instanceof EncoderDecoder);
                Tensor last = plain(model, batch, context.observed(layers));
                List<Tensor> lower = layers.hidden.subList(0, Math.max(0, layers.hidden.size() - 1));
                Context unseen = context.unpadded();
                return lower.stream()
                        .map(x -> model.loss(x, batch.answers(), smoothing(), unseen))
                        .reduce(Tensor::add)
                        .map(sum -> last.add(sum.mul(weight / lower.size())))
                        .orElse(last);
            }
        };
    }

    /// Keeps what leaves the blocks that write.
    private static final class Layers implements Observer {
        private final boolean writesOnly;
        private final List<Tensor> hidden = new ArrayList<>();

        Layers(boolean writesOnly) {
            this.writesOnly = writesOnly;
        }

        @Override
        public void see(Place place, String what, Tensor tensor) {
            boolean wanted = !writesOnly || place.toString().startsWith("decoder");
            if (what.equals("hidden") && wanted && !place.toString().startsWith("partner")) {
                hidden.add(tensor);
            }
        }

        @Override
        public boolean wantsAttention() {
            return false;
        }
    }
}
