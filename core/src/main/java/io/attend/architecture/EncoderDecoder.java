package io.attend.architecture;

import io.attend.embedding.Embedding;
import io.attend.embedding.Input;
import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Memory;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Two stacks: one reads the source, the other writes the target while it looks at what the first made of it.
/// The 2017 Transformer.
///
///     memory = encoder(source(x))        y = decoder(target(z), memory)
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record EncoderDecoder(Embedding source, Stack encoder, Embedding target, Stack decoder) implements Topology {
    public static final EncoderDecoder EXAMPLE = (EncoderDecoder)
            Presets.transformer(31, 1, Presets.Size.width(10).heads(2), 0).topology();

    public EncoderDecoder {
        encoder.require(source.lanes());
        decoder.require(target.lanes());
        if (source.lanes() != Lanes.ONE) {
            throw new IllegalArgumentException(
                    "an encoder in front of a decoder reads one stream, but its embedding lays" + " out "
                            + source.lanes() + "; use a TokenEmbedding");
        }
        if (!decoder.causal()) {
            throw new IllegalArgumentException(
                    "a decoder must not see the future, but an attention of its stack does; give it the"
                            + " mask Causal");
        }
    }

    @Override
    public Topology.Built build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    @Override
    public boolean generates() {
        return true;
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public List<Embedding> embeddings() {
        return List.of(source, target);
    }

    @Override
    public Map<String, Stack> stacks() {
        Map<String, Stack> stacks = new LinkedHashMap<>();
        stacks.put("encoder", encoder);
        stacks.put("decoder", decoder);
        return stacks;
    }

    private static final class Built implements Topology.Built {
        private static final Place READS = new Place("encoder");
        private static final Place WRITES = new Place("decoder");

        private final Embedding.Built source;
        private final Layer encoder;
        private final Embedding.Built target;
        private final Layer decoder;
        private final int width;

        Built(EncoderDecoder value, Parameters parameters, int width) {
            source = value.source.build(parameters.in("source"), width, Optional.empty());
            encoder = value.encoder.build(parameters.in("encoder").stack(), Site.width(width));
            target = value.target.build(parameters.in("target"), width, source.table());
            decoder = value.decoder.build(
                    parameters.in("decoder").stack(), Site.width(width).withMemory(value.encoder.leaving(width)));
            this.width = target.leaving(value.decoder.leaving(width));
        }

        @Override
        public Tensor forward(Inputs inputs, Context context) {
            Input written = inputs.target()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "an encoder-decoder takes a source and a target, and there is no target"));
            if (written.batch() != inputs.source().batch()) {
                throw new IllegalArgumentException("the source has "
                        + inputs.source().batch() + " texts, but the target has " + written.batch() + ": give as many");
            }
            Memory memory = read(inputs.source(), context).orElseThrow();
            return step(written, Topology.given(written, context).attending(memory));
        }

        @Override
        public Optional<Memory> read(Input input, Context context) {
            Context reading = Topology.given(input, context);
            Tensor values = watched(READS, source.forward(input, reading), encoder, reading); // [B, S, E]
            return Optional.of(new Memory(values, input.keep()));
        }

        @Override
        public Tensor step(Input next, Context context) {
            Context writing = context.worded(next.words());
            Context above = target.above(next, writing);
            return target.leave(watched(WRITES, target.forward(next, writing), decoder, above), above); // [B, T, E]
        }

        private static Tensor watched(Place root, Tensor x, Layer stack, Context context) {
            context.at(root).show("embedding", x);
            Tensor y = stack.forward(x, context);
            context.at(root).show("output", y);
            return y;
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public Optional<Table.Built> table() {
            return target.table();
        }

        @Override
        public Cost cost(Topology.Sizes sizes) {
            Load reading = Load.batch(sizes.batch()).length(sizes.source());
            Load writing = Load.batch(sizes.batch())
                    .length(sizes.target())
                    .cached(sizes.cached())
                    .memory(sizes.source());
            Cost written = target.cost(writing).plus(decoder.cost(target.rows(writing)));
            return sizes.cached() > 0
                    ? written
                    : source.cost(reading)
                            .plus(encoder.cost(reading))
                            .forgetting()
                            .plus(written);
        }
    }
}
