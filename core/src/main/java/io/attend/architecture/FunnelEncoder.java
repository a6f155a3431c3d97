package io.attend.architecture;

import io.attend.attention.FunnelAttention;
import io.attend.attention.Heads;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Embedding;
import io.attend.embedding.Input;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Coarse;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Lanes;
import io.attend.layer.Load;
import io.attend.layer.Memory;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.norm.LayerNorm;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// An encoder whose text is half as long from stage to stage, and with `whole` as long as it was at the end.
///
///     x₀ = stage₀(embedding(source))        xᵢ = stageᵢ(pool(xᵢ₋₁))
///     y = x_last, or whole(upsample(x_last) + x₀)
///
/// ids [B, T] → y [B, T / 2^(stages − 1), E], or [B, T, E] where there is a `whole`. In the first block of a
/// stage pooled queries may look at what is not yet pooled; see [LengthPooling]. A stage costs a quarter of the
/// attention and half of all else that the one before it costs. Blocks are numbered through all stages, `whole`
/// last. Names: our stages are Hugging Face's `block_sizes`, a segment of shared blocks its `block_repeats`,
/// `whole` its decoder.
///
/// @param whole what the text goes through at its own length again
/// @param skipping how many blocks of the first stage x₀ comes from, all if absent
@Source(
        paper = "Funnel-Transformer: Filtering out Sequential Redundancy for Efficient Language Processing",
        arxiv = "2006.03236")
public record FunnelEncoder(
        Embedding embedding, List<Stack> stages, LengthPooling pooling, Optional<Stack> whole, OptionalInt skipping)
        implements Topology {
    private static final Block BLOCK = new Block(
            List.of(
                    new SelfAttention(new FunnelAttention(Heads.of(2), OptionalInt.empty(), 0)),
                    new Feed(DenseFeedForward.EXAMPLE)),
            LayerNorm.EXAMPLE,
            new PostNorm(0));
    public static final FunnelEncoder EXAMPLE = new FunnelEncoder(
            TokenEmbedding.of(new DenseTable(31)),
            List.of(Stack.of(2, BLOCK), Stack.of(1, BLOCK), Stack.of(1, BLOCK)),
            LengthPooling.EXAMPLE,
            Optional.of(Stack.of(1, BLOCK)),
            OptionalInt.empty());

    public FunnelEncoder {
        stages = List.copyOf(stages);
        if (stages.isEmpty() || stages.size() > 30) {
            throw new IllegalArgumentException("a funnel has from 1 to 30 stages, not " + stages.size());
        }
        int first = stages.getFirst().unrolled().size();
        if (skipping.isPresent() && (skipping.getAsInt() < 1 || skipping.getAsInt() > first)) {
            throw new IllegalArgumentException(
                    "x₀ comes from 1 to " + first + " blocks of the first stage, not " + skipping.getAsInt());
        }
        if (embedding.lanes() != Lanes.ONE) {
            throw new IllegalArgumentException(
                    "the embedding lays out " + embedding.lanes() + " along the length, which pooling would mix");
        }
        for (Stack stack : all(stages, whole)) {
            stack.require(embedding.lanes());
            if (stack.leaving(1) != 1 || !stack.plain()) {
                throw new IllegalArgumentException(
                        "stages of a funnel have one stream and no last norm; give their blocks another residual, and"
                                + " norms of their own");
            }
        }
    }

    private static List<Stack> all(List<Stack> stages, Optional<Stack> whole) {
        List<Stack> all = new ArrayList<>(stages);
        whole.ifPresent(all::add);
        return all;
    }

    @Override
    public boolean generates() {
        return false;
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public List<Embedding> embeddings() {
        return List.of(embedding);
    }

    @Override
    public Map<String, Stack> stacks() {
        List<Segment> segments = all(stages, whole).stream()
                .flatMap(stack -> stack.segments().stream())
                .toList();
        return Map.of("encoder", new Stack(segments, stages.getFirst().finalNorm()));
    }

    @Override
    public Topology.Built build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Topology.Built {
        private final FunnelEncoder value;
        private final int width;
        private final Embedding.Built embedding;
        private final List<List<Stack.Applied>> stages = new ArrayList<>();
        private final Place root = new Place("encoder");
        private final Place upsampled = new Place("encoder.upsampled");

        Built(FunnelEncoder value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.embedding = value.embedding.build(parameters.in("embedding"), width, Optional.empty());
            Parameters stack = parameters.in("encoder").stack();
            int blocks = value.stacks().get("encoder").unrolled().size();
            int before = 0;
            for (Stack stage : all(value.stages, value.whole)) {
                List<Stack.Applied> applied = stage.applied(stack, Site.width(width), before, blocks);
                before += applied.size();
                stages.add(applied);
            }
        }

        @Override
        public Tensor forward(Inputs inputs, Context context) {
            if (inputs.target().isPresent()) {
                throw new IllegalArgumentException(
                        "this model has one stack, encoder: it takes a source and no target");
            }
            return step(inputs.source(), Topology.given(inputs.source(), context));
        }

        @Override
        public Optional<Memory> read(Input source, Context context) {
            return Optional.empty();
        }

        @Override
        public Tensor step(Input source, Context given) {
            LengthPooling pooling = value.pooling;
            Context context = given.worded(source.words());
            Tensor x = embedding.forward(source, context);
            context.at(root).show("embedding", x);
            Coarse coarse = new Coarse(1, pooling.apart(), Optional.empty());
            Context whole = context.coarse(coarse, context.keep(), context.segments());
            List<Stack.Applied> begin = stages.getFirst();
            int skipping = value.skipping.orElse(begin.size());
            Tensor first = through(begin.subList(0, skipping), x, whole, whole);
            x = through(begin.subList(skipping, begin.size()), first, whole, whole);
            Context here = whole;
            for (int stage = 1; stage < value.stages.size(); stage++) {
                if (x.size(1) <= pooling.shortest()) {
                    x = through(stages.get(stage), x, here, here);
                    continue;
                }
                Coarse.Finer finer = new Coarse.Finer(
                        x, here.keep(), here.segments(), here.coarse().stride());
                Tensor pooled = pooling.pooled(x, here.keep());
                Context next = pooling.after(here);
                Context looking = pooling.keys() == LengthPooling.Keys.WHOLE
                        ? next.coarse(
                                new Coarse(next.coarse().stride(), pooling.apart(), Optional.of(finer)),
                                next.keep(),
                                next.segments())
                        : next;
                x = through(stages.get(stage), pooled, looking, next);
                here = next;
            }
            if (value.whole.isPresent()) {
                x = pooling.upsampled(x, 1L << (value.stages.size() - 1), first.size(1))
                        .add(first); // [B, T, E]
                context.at(upsampled).show("hidden", x);
                x = through(stages.getLast(), x, whole, whole);
            }
            context.at(root).show("output", x);
            return x;
        }

        /// @param first the context of the first block, whose keys may be another text's
        private static Tensor through(List<Stack.Applied> blocks, Tensor x, Context first, Context rest) {
            for (int i = 0; i < blocks.size(); i++) {
                boolean looks = i == 0 && first.coarse().keys().isPresent();
                x = looks ? blocks.get(i).kept(x, first) : blocks.get(i).forward(x, rest);
                rest.at(blocks.get(i).place()).show("hidden", x);
            }
            return x;
        }

        @Override
        public Context left(Context context) {
            Context here = context;
            for (int stage = 1; stage < value.stages.size() && value.whole.isEmpty(); stage++) {
                here = value.pooling.after(here);
            }
            return here;
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public Optional<Table.Built> table() {
            return embedding.table();
        }

        @Override
        public Cost cost(Topology.Sizes sizes) {
            Load load = Load.batch(sizes.batch()).length(sizes.source());
            Cost cost = embedding.cost(load);
            for (int stage = 0; stage < stages.size(); stage++) {
                boolean full = stage >= value.stages.size();
                Load here = load.length(full ? sizes.source() : Math.max(1, sizes.source() >> stage));
                for (Stack.Applied block : stages.get(stage)) {
                    cost = cost.plus(block.block().cost(here));
                }
            }
            return cost.forgetting();
        }
    }
}
