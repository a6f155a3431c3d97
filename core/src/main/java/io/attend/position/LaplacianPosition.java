package io.attend.position;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Positions in a graph: the waves that its own shape has, projected and added. On a path they are cosines, so
/// that these are the sinusoids of any graph.
///
///     L = I − D^(−1/2) A D^(−1/2)        L φ(i) = λ(i) φ(i),  λ(0) ≤ λ(1) ≤ ...
///     y(p) = x(p) + W [φ(1)(p), ... φ(k)(p)] + b
///
/// x [B, T, E] → y [B, T, E], position p being node p; k·E + E parameters and a fixed table [nodes, k]. An
/// eigenvector's sign means nothing: in training each is turned around by chance, for every row of the batch.
/// One graph for all texts is part of the architecture; without edges it is the path 0 - 1 - 2 - ... Where
/// eigenvalues coincide, any basis of theirs would do, and ours is one of them. O(T·k·E); the table of a given
/// graph costs O(nodes³) once. Names: `eigenvectors` is the paper's k, `pos_enc_dim` in its code.
@Source(paper = "A Generalization of Transformer Networks to Graphs", arxiv = "2012.09699")
public record LaplacianPosition(int nodes, @Default("[]") List<Edge> edges, int eigenvectors)
        implements AbsolutePosition {
    public static final LaplacianPosition EXAMPLE = path(61, 3);

    /// More would take minutes.
    private static final int MOST_NODES = 512;

    /// A link between two nodes, numbered from 0.
    public record Edge(int from, int to) {}

    public LaplacianPosition {
        edges = List.copyOf(edges);
        if (nodes < 2) {
            throw new IllegalArgumentException("a graph needs at least 2 nodes, not " + nodes);
        }
        if (eigenvectors < 1 || eigenvectors >= nodes) {
            throw new IllegalArgumentException("eigenvectors of a graph of " + nodes + " nodes must be 1 ... "
                    + (nodes - 1) + ", not " + eigenvectors);
        }
        if (!edges.isEmpty() && nodes > MOST_NODES) {
            throw new IllegalArgumentException("the eigenvectors of a given graph are computed for at most "
                    + MOST_NODES + " nodes, not " + nodes);
        }
        for (Edge edge : edges) {
            if (edge.from < 0 || edge.from >= nodes || edge.to < 0 || edge.to >= nodes || edge.from == edge.to) {
                throw new IllegalArgumentException("the edge " + edge.from + " - " + edge.to
                        + " does not join two different nodes of 0 ... " + (nodes - 1));
            }
        }
    }

    /// A text as a graph: each word linked to the next.
    public static LaplacianPosition path(int nodes, int eigenvectors) {
        return new LaplacianPosition(nodes, List.of(), eigenvectors);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    /// The numbers of every node, one row a node.
    double[][] table() {
        double[][] vectors = edges.isEmpty() ? pathVectors() : Eigenvectors.of(laplacian());
        double[][] table = new double[nodes][eigenvectors];
        for (int node = 0; node < nodes; node++) {
            for (int i = 0; i < eigenvectors; i++) {
                table[node][i] = vectors[i + 1][node];
            }
        }
        return table;
    }

    double[][] laplacian() {
        double[][] laplacian = new double[nodes][nodes];
        for (Edge edge : edges) {
            laplacian[edge.from][edge.to] = 1;
            laplacian[edge.to][edge.from] = 1;
        }
        double[] degrees = new double[nodes];
        for (int node = 0; node < nodes; node++) {
            degrees[node] = Math.max(1, java.util.Arrays.stream(laplacian[node]).sum());
        }
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < nodes; j++) {
                laplacian[i][j] = (i == j ? 1 : 0) - laplacian[i][j] / Math.sqrt(degrees[i] * degrees[j]);
            }
        }
        return laplacian;
    }

    /// √d(p) cos(πip / (nodes − 1)) at unit length.
    private double[][] pathVectors() {
        double[][] vectors = new double[eigenvectors + 1][nodes];
        for (int i = 0; i <= eigenvectors; i++) {
            double squares = 0;
            for (int p = 0; p < nodes; p++) {
                double degree = p == 0 || p == nodes - 1 ? 1 : 2;
                vectors[i][p] = Math.sqrt(degree) * Math.cos(Math.PI * i * p / (nodes - 1));
                squares += vectors[i][p] * vectors[i][p];
            }
            for (int p = 0; p < nodes; p++) {
                vectors[i][p] /= Math.sqrt(squares);
            }
        }
        return vectors;
    }

    private static final class Built implements Layer {
        private final LaplacianPosition value;
        private final Grid nodes;
        private final int width;
        private final Parameter table;
        private final Linear projection;

        Built(LaplacianPosition value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.nodes = new Grid(parameters.path(), List.of(value.nodes));
            this.table = parameters.fixed(
                    "eigenvectors",
                    Shape.of(value.nodes, value.eigenvectors),
                    (shape, _) -> Tensor.of(
                            java.util.Arrays.stream(value.table())
                                    .flatMapToDouble(java.util.Arrays::stream)
                                    .toArray(),
                            shape.toArray()));
            this.projection = new Linear(
                    parameters.in("projection"),
                    Linear.Size.from(value.eigenvectors).to(width),
                    Bias.ADDED);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor waves =
                    table.tensor().to(x.dtype()).embedding(nodes.along(0, context, x.size(1))); // [T, k] or [B, T, k]
            if (context.isTraining()) {
                Tensor ones = Tensor.ones(Shape.of(x.size(0), 1, value.eigenvectors), x.dtype())
                        .to(x.device());
                waves = waves.mul(context.dropout(ones, 0.5).sub(1)); // dropout leaves 0 or 2, so −1 or 1
            }
            return x.add(projection.forward(waves)); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            nodes.check(load.keys());
            return Cost.flops(projection.flops(load.length()) + load.rows() * width)
                    .saving(load.length() * (double) value.eigenvectors);
        }
    }
}
