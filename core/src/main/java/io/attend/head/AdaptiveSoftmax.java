package io.attend.head;

import io.attend.embedding.Bands;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// A softmax in two steps: over the frequent words and the bands of rare ones, then over the words of one
/// band.
final class AdaptiveSoftmax implements Head.Built {
    private final String name;
    private final List<Band> bands;
    private final Linear gate;
    private final int vocabulary;
    private final double width;

    /// Words that are scored together.
    ///
    /// @param narrow [N, E] → [N, e]
    /// @param scores [N, e] → [N, words]
    /// @param width e
    /// @param narrows whether narrowing is a product
    record Band(
            Bands.Range words,
            UnaryOperator<Tensor> narrow,
            UnaryOperator<Tensor> scores,
            int width,
            boolean narrows) {}

    /// @param gate scores the bands behind the first, by what scores the first
    AdaptiveSoftmax(String name, List<Band> bands, Linear gate, int width) {
        this.name = name;
        this.bands = bands;
        this.gate = gate;
        this.vocabulary = bands.getLast().words().to();
        this.width = width;
    }

    /// The frequent words' log-probabilities, then those of the other bands as wholes: [N, V_0 + bands − 1].
    private Tensor first(Tensor x) {
        Band frequent = bands.getFirst();
        Tensor narrowed = frequent.narrow().apply(x);
        return Tensor.cat(-1, frequent.scores().apply(narrowed), gate.forward(narrowed))
                .logSoftmax(-1);
    }

    private static Tensor within(Band band, Tensor x) {
        return band.scores().apply(band.narrow().apply(x)).logSoftmax(-1); // [N, V_i]
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor first = first(x);
        int frequent = bands.getFirst().words().words();
        List<Tensor> parts = new ArrayList<>(List.of(first.narrow(-1, 0, frequent)));
        for (int i = 1; i < bands.size(); i++) {
            parts.add(first.narrow(-1, frequent + i - 1, 1).add(within(bands.get(i), x)));
        }
        return Tensor.cat(-1, parts.toArray(Tensor[]::new)); // [B, T, V]
    }

    @Override
    public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
        Asked.unsmoothed(name, smoothing);
        Asked asked = Asked.of(x, answers, vocabulary);
        int frequent = bands.getFirst().words().words();
        int[] ids = asked.answers();
        int[] steps = IntStream.of(ids)
                .map(id -> id < frequent ? id : frequent + band(id) - 1)
                .toArray();
        Tensor sum =
                first(asked.x()).gather(1, Asked.index(steps, x).unsqueeze(1)).sum();
        for (int i = 1; i < bands.size(); i++) {
            Band band = bands.get(i);
            int[] rows = IntStream.range(0, ids.length)
                    .filter(row -> ids[row] >= band.words().from()
                            && ids[row] < band.words().to())
                    .toArray();
            if (rows.length > 0) {
                int[] inside = IntStream.of(rows)
                        .map(row -> ids[row] - band.words().from())
                        .toArray();
                Tensor here = within(band, asked.x().indexSelect(0, Asked.index(rows, x))); // [rows, V_i]
                sum = sum.add(
                        here.gather(1, Asked.index(inside, x).unsqueeze(1)).sum());
            }
        }
        return asked.mean(sum.neg());
    }

    private int band(int id) {
        int band = 0;
        while (id >= bands.get(band).words().to()) {
            band++;
        }
        return band;
    }

    @Override
    public Cost cost(Load load) {
        double rows = load.rows();
        double flops = gate.flops(rows);
        double saved = rows * width;
        for (Band band : bands) {
            flops += 2 * rows * band.width() * band.words().words()
                    + (band.narrows() ? 2 * rows * width * band.width() : 0)
                    + 5 * rows * band.words().words();
            saved += rows * (band.narrows() ? band.width() : 0)
                    + rows * band.words().words();
        }
        return Cost.flops(flops).saving(saved).working(2 * saved);
    }
}
