package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.NoResidual;
import io.attend.architecture.Recur;
import io.attend.architecture.Segment;
import io.attend.architecture.Stack;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Scale;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.norm.NoNorm;
import io.attend.objective.Needs;
import io.attend.recurrence.BahdanauRecurrence;
import io.attend.recurrence.Cell;
import io.attend.recurrence.Direction;
import io.attend.recurrence.Lstm;
import io.attend.recurrence.Recurrence;
import io.attend.recurrence.Start;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// The translator before the Transformer, in a chosen size: LSTMs read both ways, and one that looks at all
/// they made before every step writes. One table of words serves source, target and output, as in
/// [Transformer2017], so that the two can be compared at an equal number of parameters:
///
///     V·E + 6·E²·layers + (14 + 2·A/E)·E² + 8·E²·(layers − 1) and biases
///
/// The paper has a GRU, a table for each language and a maxout layer before the output; this is the form that
/// Luong, Pham and Manning (2015) and later baselines use.
///
/// @param layers LSTMs that read; of those that write, the first attends
/// @param width E, even
/// @param attention A, numbers that a state and a position of the source are compared by
/// @param dropout of embeddings and of what leaves each LSTM
@Source(paper = "Neural Machine Translation by Jointly Learning to Align and Translate", arxiv = "1409.0473")
public record BahdanauLstm(
        @Default("1") int layers,
        @Default("512") int width,
        @Default("512") int attention,
        @Default("0.1") double dropout)
        implements Blueprint {
    public static final BahdanauLstm EXAMPLE = new BahdanauLstm(2, 10, 7, 0);

    public BahdanauLstm {
        if (layers < 1) {
            throw new IllegalArgumentException("layers must be at least 1, not " + layers);
        }
    }

    @Override
    public Architecture architecture(Needs needs) {
        List<Segment> writes = new ArrayList<>();
        writes.add(new Segment(1, recurs(new BahdanauRecurrence(Cell.LSTM, attention, Start.FIRST_OF_MEMORY))));
        if (layers > 1) {
            writes.add(new Segment(layers - 1, recurs(new Lstm(Direction.FORWARD, Start.ZEROS))));
        }
        EncoderDecoder topology = new EncoderDecoder(
                words(new DenseTable(needs.words("BahdanauLstm").vocabulary())),
                Stack.of(layers, recurs(new Lstm(Direction.BOTH, Start.ZEROS))),
                words(new SharedTable()),
                new Stack(writes, new NoNorm()));
        return new Architecture(width, topology, new TiedHead(Bias.ADDED));
    }

    private TokenEmbedding words(Table table) {
        return TokenEmbedding.of(table).scale(Scale.SQUARE_ROOT_OF_WIDTH).dropout(dropout);
    }

    private Block recurs(Recurrence recurrence) {
        return new Block(List.of(new Recur(recurrence)), new NoNorm(), new NoResidual(dropout));
    }
}
