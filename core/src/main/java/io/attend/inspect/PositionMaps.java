package io.attend.inspect;

import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.mask.Mask;
import io.attend.position.AbsolutePosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Pictures of what a position or a mask does: which positions are alike, what is added to scores, and where a
/// query looks whose keys are all equal to it. Learned numbers are those an untrained model starts with.
///
/// @param title what is drawn
/// @param maps the pictures
public record PositionMaps(String title, List<Heatmap> maps) {
    /// The cosine between what the same embedding becomes at two positions.
    public static PositionMaps of(AbsolutePosition position, int width, int length) {
        List<Heatmap> maps = new ArrayList<>();
        Parameters parameters = Parameters.root();
        Layer layer = position.build(parameters.in("position"), width);
        run(parameters, _ -> {
            Shape shape = Shape.of(1, length, width);
            Tensor y = layer.forward(Tensor.zeros(shape, DType.FLOAT32), Context.inference());
            if (y.eq(0).all()) { // it turns embeddings rather than adding to them
                y = layer.forward(Tensor.ones(shape, DType.FLOAT32), Context.inference());
            }
            Tensor unit = y.mul(y.square().sum(-1, Tensor.Axis.KEPT).add(1e-30).rsqrt());
            maps.add(new Heatmap("similarity of positions", grid(unit.matmul(unit.transpose(-2, -1)))));
        });
        return new PositionMaps(title((Record) position), maps);
    }

    /// What a position does to a score, head by head, and the attention that equal queries and keys then get,
    /// as a share of what the most seen key of the query gets.
    public static PositionMaps of(RelativePosition position, HeadShape heads, Mask mask, int length) {
        List<Heatmap> maps = new ArrayList<>();
        Parameters parameters = Parameters.root();
        RelativePosition.Built built = position.build(parameters.in("position"), heads);
        run(parameters, _ -> {
            Context context = Context.inference();
            Tensor queries = Tensor.ones(Shape.of(1, heads.heads(), length, heads.size()), DType.FLOAT32);
            Tensor keys = Tensor.ones(Shape.of(1, heads.keyValueHeads(), length, heads.size()), DType.FLOAT32);
            Tensor turned = built.queries(queries, context);
            Tensor turnedKeys = built.keys(keys, context);
            Tensor scores = turned.matmul(turnedKeys
                            .repeatInterleave(heads.heads() / heads.keyValueHeads(), 1)
                            .transpose(-2, -1))
                    .mul(1 / Math.sqrt(heads.size())); // [1, H, T, T]
            Optional<Tensor> bias = built.bias(turned, turnedKeys, context);
            Heatmap unbiased = new Heatmap("score of equal queries and keys", grid(scores.select(1, 0)));
            if (bias.isEmpty() || unbiased.least() < unbiased.most()) {
                maps.add(unbiased);
            }
            Tensor hidden = allowed(mask, length).logicalNot();
            Tensor weights = bias.map(scores::add)
                    .orElse(scores)
                    .maskedFill(hidden, Double.NEGATIVE_INFINITY)
                    .softmax(-1);
            weights = weights.div(weights.amax(-1, Tensor.Axis.KEPT)).maskedFill(hidden, Double.NaN);
            for (int head = 0; head < (bias.isPresent() ? heads.heads() : 1); head++) {
                if (bias.isPresent()) {
                    Tensor added = bias.get().expand(1, heads.heads(), length, length);
                    maps.add(new Heatmap("bias, head " + (head + 1), grid(added.select(1, head))));
                }
                maps.add(new Heatmap(
                        "attention against the most seen key, head " + (head + 1), grid(weights.select(1, head))));
            }
        });
        return new PositionMaps(title((Record) position), maps);
    }

    /// Which keys a query sees.
    public static PositionMaps of(Mask mask, int length) {
        try (Lifetime _ = Lifetime.open()) {
            Heatmap map = new Heatmap(
                    "which keys a query sees",
                    grid(allowed(mask, length).to(DType.FLOAT32).unsqueeze(0)));
            return new PositionMaps(title((Record) mask), List.of(map));
        }
    }

    public PositionMaps {
        maps = List.copyOf(maps);
    }

    private static Tensor allowed(Mask mask, int length) {
        return mask.allowed(
                Tensor.arange(0, length).unsqueeze(1), Tensor.arange(0, length).unsqueeze(0)); // [T, T]
    }

    /// With the numbers of an untrained model.
    private static void run(Parameters parameters, Consumer<Random> body) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Random random = Random.seeded(0)) {
            for (Parameter parameter : parameters.all()) {
                parameter.fill(parameter.initializer().make(parameter.shape(), random));
            }
            body.accept(random);
        } finally {
            parameters.close();
        }
    }

    private static double[][] grid(Tensor square) {
        double[] flat = square.contiguous().toDoubles();
        int columns = (int) square.size(-1);
        double[][] rows = new double[flat.length / columns][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(flat, row * columns, (row + 1) * columns);
        }
        return rows;
    }

    private static String title(Record value) {
        return Values.jsonWithType(value)
                .lines()
                .map(String::strip)
                .reduce("", (a, b) -> a + (a.isEmpty() ? "" : " ") + b);
    }

    /// One page that needs nothing beside itself.
    public String html() {
        StringBuilder page = new StringBuilder("""
                <!doctype html><html lang=en><meta charset=utf-8>
                <meta http-equiv=Content-Security-Policy content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
                <meta name=viewport content="width=device-width">
                <style>
                body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff }
                h1 { font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
                main { display: flex; flex-wrap: wrap; gap: 1.5em }
                figure { margin: 0; width: 260px } figcaption { min-height: 2.8em }
                img { width: 256px; image-rendering: pixelated; border: 1px solid #999 }
                .scale { margin: .2em 0; display: flex; gap: .5em; font-size: 13px }
                .scale span { flex: 1; background: linear-gradient(to right, #440154, #3b528b, #21918c, #5ec962, #fde725) }
                </style>
                """);
        page.append("<title>").append(Heatmap.escaped(title)).append("</title>\n<h1>");
        page.append(Heatmap.escaped(title)).append("</h1>\n");
        page.append("<p>A row is a query, the first on top; a column is a key, the first on the left; grey is hidden."
                + " Learned numbers are those of an untrained model.</p>\n<main>\n");
        maps.forEach(map -> page.append(map.figure()));
        return page.append("</main></html>\n").toString();
    }

    /// Writes the page beside its place and renames it.
    public void write(Path path) throws IOException {
        Path beside = path.resolveSibling(path.getFileName() + ".partial");
        Files.writeString(beside, html());
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
