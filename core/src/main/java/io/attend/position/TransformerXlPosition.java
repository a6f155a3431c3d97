package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.position.SinusoidalPosition.Order;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Transformer-XL's relative positions: queries meet the projected sinusoid of the distance, and two learned
/// vectors a head stand in for the query where it would meet a key or a distance whatever it is itself.
///
///     score = (q·k + u·k + (q + v)·r(t − s)) / √D        r(d) = W sinusoid(clip(d, ±furthest)),  per head
///
/// Adds [B, H, T, S]; W has E·H·D parameters, u and v H·D each. Keys ahead stand at negative distances, so that
/// models that see both ways (XLNet, conformers) need nothing else. O(B·H·T·R·D) for the R distances of a pass,
/// R·E·H·D to project them. Names: u `r_w_bias` or `pos_bias_u`, v `r_r_bias` or `pos_bias_v`, W `r_net`, `r`
/// or `linear_pos`; `furthest` is `clamp_len`; `biases` of a `stack` are one u and v for all its layers,
/// `untie_r` false. Waves are `halves` in Transformer-XL and XLNet, `interleaved` in conformers; `width` is the
/// sinusoids', H·D if absent.
@Source(paper = "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context", arxiv = "1901.02860")
public record TransformerXlPosition(
        @Default("\"halves\"") Order order,
        OptionalInt furthest,
        @Default("\"layer\"") Biases biases,
        OptionalInt width)
        implements RelativePosition {
    public static final TransformerXlPosition EXAMPLE = new TransformerXlPosition(Order.HALVES);
    public static final TransformerXlPosition CONFORMER = new TransformerXlPosition(Order.INTERLEAVED);
    public static final TransformerXlPosition CLAMPED =
            new TransformerXlPosition(Order.HALVES, OptionalInt.of(3), Biases.STACK, OptionalInt.of(10));

    /// Whose u and v are.
    public enum Biases {
        /// Each layer has its own.
        LAYER,
        /// All layers of a stack share them.
        STACK
    }

    public TransformerXlPosition {
        if (furthest.isPresent() && furthest.getAsInt() < 1) {
            throw new IllegalArgumentException("furthest must be at least 1, not " + furthest.getAsInt());
        }
        if (width.isPresent() && (width.getAsInt() < 2 || width.getAsInt() % 2 != 0)) {
            throw new IllegalArgumentException("sinusoids need an even width of at least 2, not " + width.getAsInt());
        }
    }

    /// No clipping, biases of each layer's own.
    public TransformerXlPosition(Order order) {
        this(order, OptionalInt.empty(), Biases.LAYER, OptionalInt.empty());
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        int numbers = heads.heads() * heads.size();
        int waves = width.orElse(numbers);
        if (waves % 2 != 0) {
            throw parameters.refuse("sinusoids need an even width, and " + heads.heads() + " heads of " + heads.size()
                    + " have " + numbers + " numbers; give them a width");
        }
        return new Built(this, parameters, heads, waves);
    }

    /// u and v.
    private record Vectors(Parameter content, Parameter distance) {
        static Vectors of(Parameters parameters, HeadShape heads) {
            Shape shape = Shape.of(heads.heads(), heads.size());
            return new Vectors(
                    parameters.weight("content", shape, Initializer.normal(0.02)),
                    parameters.weight("distance", shape, Initializer.normal(0.02)));
        }
    }

    private record Shared(TransformerXlPosition value, HeadShape heads) {}

    private static final class Built implements RelativePosition.Built {
        private final TransformerXlPosition value;
        private final HeadShape heads;
        private final int width;
        private final Vectors vectors;
        private final Linear projection;

        Built(TransformerXlPosition value, Parameters parameters, HeadShape heads, int width) {
            this.value = value;
            this.heads = heads;
            this.width = width;
            this.vectors = value.biases == Biases.STACK
                    ? parameters.shared(
                            "position", new Shared(value, heads), Vectors.class, place -> Vectors.of(place, heads))
                    : Vectors.of(parameters, heads);
            this.projection = new Linear(
                    parameters.in("projection"),
                    Linear.Size.from(width).to((long) heads.heads() * heads.size()),
                    io.attend.layer.Bias.NONE);
        }

        @Override
        public Added added() {
            return Added.PAIR;
        }

        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            Distances distances = Distances.all(context, queries.size(2), keys.size(2));
            Tensor waves = context.once(
                    new Waves(
                            value.order, value.furthest, width, distances.first(), distances.count(), queries.dtype()),
                    () -> waves(distances, queries)); // [R, W]
            Tensor projected = projection
                    .forward(waves)
                    .reshape(distances.count(), heads.heads(), heads.size())
                    .permute(1, 2, 0); // [H, D, R]
            Tensor ofQueries = queries.add(vectors.distance.tensor().unsqueeze(1)); // [B, H, T, D]
            Tensor places = distances.ofQueries(ofQueries.matmul(projected)); // [B, H, T, S]
            return Optional.of(places.add(content(keys)).mul(1 / Math.sqrt(heads.size())));
        }

        private Tensor waves(Distances distances, Tensor queries) {
            Tensor all = distances.values().to(queries.device());
            if (value.furthest.isPresent()) {
                int most = value.furthest.getAsInt();
                all = all.clampMin(-most).neg().clampMin(-most).neg();
            }
            return new SinusoidalPosition(value.order).waves(all, width).to(queries.dtype());
        }

        /// u·k, [B, H, 1, S].
        private Tensor content(Tensor keys) {
            Tensor u = vectors.content.tensor().reshape(keys.size(1), -1, heads.size()); // [K, H/K, D]
            return u.matmul(keys.transpose(-2, -1)).reshape(keys.size(0), heads.heads(), 1, keys.size(2));
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.keys() + load.length() - 1.0;
            double numbers = (double) heads.heads() * heads.size();
            double pairs = load.rows() * heads.heads() * load.keys();
            return Cost.flops(projection.flops(rows)
                            + load.rows() * numbers * (1 + 2 * rows)
                            + 2.0 * load.batch() * load.keys() * numbers
                            + 3 * pairs)
                    .saving(pairs);
        }
    }

    private record Waves(Order order, OptionalInt furthest, int width, long first, long count, DType dtype) {}
}
