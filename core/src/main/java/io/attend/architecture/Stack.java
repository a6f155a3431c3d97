package io.attend.architecture;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.Site;
import io.attend.layer.StepPlan;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Segments one after another, and a last norm: what most people call the model's layers.
public record Stack(
        List<Segment> segments, @Default("\"NoNorm\"") Norm finalNorm) {
    /// More than any model has, and few enough that a short file cannot fill a machine with their names.
    private static final long MOST_BRANCHES = 50_000;

    public Stack {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a stack needs at least one segment");
        }
        if (segments.stream()
                        .flatMap(segment -> segment.blocks().stream())
                        .map(block -> block.residual().streams())
                        .distinct()
                        .count()
                > 1) {
            throw new IllegalArgumentException("blocks of one stream and of two cannot stand in one stack; give all its"
                    + " blocks a residual of the same streams");
        }
        long branches = segments.stream().mapToLong(Segment::branches).sum();
        if (branches > MOST_BRANCHES) {
            throw new IllegalArgumentException("a stack of " + branches + " branches in all is more than "
                    + MOST_BRANCHES + "; repeat fewer blocks, or blocks of fewer sublayers");
        }
    }

    /// Equal blocks without a last norm.
    public static Stack of(int times, Block block) {
        return new Stack(List.of(new Segment(times, block)), new NoNorm());
    }

    public Stack finalNorm(Norm norm) {
        return new Stack(segments, norm);
    }

    /// Every block in the order it is applied, repetitions included.
    public List<Block> unrolled() {
        List<Block> all = new ArrayList<>();
        for (Segment segment : segments) {
            for (int i = 0; i < segment.times(); i++) {
                all.addAll(segment.blocks());
            }
        }
        return all;
    }

    private Streams streams() {
        return segments.getFirst().blocks().getFirst().residual().streams();
    }

    /// The width of what leaves it.
    public int leaving(int width) {
        return streams().width(width);
    }

    /// Whether no position depends on one behind it.
    public boolean causal() {
        return segments.stream()
                .flatMap(segment -> segment.blocks().stream())
                .flatMap(block -> block.sublayers().stream())
                .allMatch(Sublayer::causal);
    }

    /// @throws IllegalArgumentException naming a branch that mixes positions and does not know such lanes
    void require(Lanes lanes) {
        segments.stream()
                .flatMap(segment -> segment.blocks().stream())
                .flatMap(block -> block.sublayers().stream())
                .filter(sublayer -> !sublayer.takes(lanes))
                .findFirst()
                .ifPresent(sublayer -> {
                    throw new IllegalArgumentException(
                            "the embedding lays out " + lanes + " along the length, which " + sublayer.what()
                                    + " would mix; use an attention that takes them apart, or another embedding");
                });
    }

    /// Builds every block at `parameters.in("0")`, `in("1")`, ...; with shared weights a repetition uses the
    /// place of the first.
    Layer build(Parameters parameters, Site site) {
        List<Applied> applied = applied(parameters, site, 0, unrolled().size());
        return new Built(
                applied, streams(), site.width(), finalNorm.build(parameters.in("norm"), leaving(site.width())));
    }

    /// Whether nothing stands behind its blocks.
    boolean plain() {
        return finalNorm instanceof NoNorm;
    }

    /// Its blocks behind so many others, of so many in all.
    List<Applied> applied(Parameters parameters, Site site, int before, double blocks) {
        List<Applied> applied = new ArrayList<>();
        for (Segment segment : segments) {
            List<Residual.Built> first = new ArrayList<>();
            for (int time = 0; time < segment.times(); time++) {
                for (int i = 0; i < segment.blocks().size(); i++) {
                    Block block = segment.blocks().get(i);
                    String depth = Integer.toString(before + applied.size());
                    boolean reused = segment.sharing() == Sharing.SHARED && time > 0;
                    Residual.Built built = reused ? first.get(i) : block.build(parameters.in(depth), site);
                    if (time == 0) {
                        first.add(built);
                    }
                    String path = parameters.in(depth).path();
                    applied.add(new Applied(
                            built,
                            new Place(path),
                            block.names().stream()
                                    .map(name -> new Place(path + "." + name, (before + applied.size() + 1) / blocks))
                                    .toList()));
                }
            }
        }
        return applied;
    }

    /// A block where it is applied.
    record Applied(Residual.Built block, Place place, List<Place> branches) {
        /// What it makes of x, keeping all that its gradients need.
        Tensor kept(Tensor x, Context context) {
            return block.forward(x, branches, context);
        }

        Tensor forward(Tensor x, Context context) {
            return context.isRecomputing()
                    ? context.at(place).recomputed(x, (given, again) -> block.forward(given, branches, again))
                    : kept(x, context);
        }
    }

    private record Built(List<Applied> applied, Streams streams, int width, Layer norm) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            x = streams == Streams.ONE ? along(x, context) : streams.leave(turning(streams.enter(x), context));
            return norm.forward(x, context);
        }

        private Tensor along(Tensor x, Context context) {
            for (Applied next : applied) {
                try (Lifetime block = Lifetime.open()) {
                    x = block.keep(next.forward(x, context)); // [B, T, E]
                }
                context.at(next.place).show("hidden", x);
            }
            return x;
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place place) {
            Optional<RowStep> last = norm.row(plan, place);
            List<RowStep> steps = new ArrayList<>();
            for (Applied next : applied) {
                Optional<RowStep> block = next.block.row(plan, next.branches);
                if (block.isEmpty() || last.isEmpty() || streams != Streams.ONE) {
                    return Optional.empty();
                }
                steps.add(block.get());
            }
            return Optional.of((x, y) -> {
                steps.forEach(step -> step.apply(x, x));
                last.get().apply(x, y);
            });
        }

        /// The branches of all blocks as one chain, of which nothing in between is kept.
        private Tensor turning(Tensor x, Context context) {
            List<Context.Turn> turns = new ArrayList<>();
            Map<Integer, Place> ends = new HashMap<>();
            for (Applied next : applied) {
                turns.addAll(next.block.turns(next.branches));
                ends.put(turns.size() - 1, next.place);
            }
            return context.reversed(turns, x, (i, stream) -> {
                if (ends.containsKey(i)) {
                    context.at(ends.get(i)).show("hidden", stream);
                }
            }); // [B, T, 2 E]
        }

        @Override
        public Cost cost(Load load) {
            double ends =
                    streams == Streams.ONE ? 0 : 4 * load.rows() * width; // both, before the first and behind the last
            return applied.stream()
                    .map(next -> next.block.cost(load))
                    .reduce(norm.cost(load), Cost::plus)
                    .saving(ends);
        }
    }
}
