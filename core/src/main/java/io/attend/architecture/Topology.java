package io.attend.architecture;

import io.attend.embedding.Embedding;
import io.attend.embedding.Input;
import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Memory;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How stacks are put together.
public sealed interface Topology permits Decoder, Encoder, EncoderDecoder {
    Built build(Parameters parameters, int width);

    /// Whether the model can generate from left to right.
    boolean generates();

    /// Whether it reads a source before it writes.
    boolean reads();

    /// What the model is given becomes vectors so: the side that reads first, the side that writes last.
    List<Embedding> embeddings();

    /// The stacks by their names in paths, in the order they run.
    Map<String, Stack> stacks();

    /// The context of a pass over a whole input: what of it is padding, where its tokens stand and to which
    /// text they belong.
    static Context given(Input input, Context context) {
        return context.padded(input.keep())
                .positioned(input.positions())
                .segmented(input.segments())
                .worded(input.words())
                .global(input.global());
    }

    /// A topology at work.
    interface Built {
        /// The whole forward pass, → [B, T, E]: T is the target's length where there is one.
        Tensor forward(Inputs inputs, Context context);

        /// What the source becomes for the steps of a generation; nothing in a model without an encoder.
        Optional<Memory> read(Input source, Context context);

        /// One step of a generation, → [B, T, E]: new tokens behind those the context remembers. The context
        /// also says what is padding and where tokens stand, the remembered ones included.
        Tensor step(Input next, Context context);

        /// The width of what comes out.
        int width();

        /// The table of the words the model writes, if it writes words.
        Optional<Table.Built> table();

        /// What a forward pass costs when that much goes through.
        Cost cost(Sizes sizes);
    }

    /// How much goes through a model at once.
    ///
    /// @param batch sequences B
    /// @param source tokens read; in a decoder, all tokens
    /// @param target tokens written by the decoder of an encoder-decoder; as many as read if it does not matter
    /// @param cached tokens a decoder wrote before these
    record Sizes(long batch, long source, long target, long cached) {
        public static Sizes batch(long batch) {
            return new Sizes(batch, 1, 1, 0);
        }

        public Sizes length(long tokens) {
            return new Sizes(batch, tokens, tokens, cached);
        }

        public Sizes target(long tokens) {
            return new Sizes(batch, source, tokens, cached);
        }

        public Sizes cached(long tokens) {
            return new Sizes(batch, source, target, tokens);
        }
    }
}
