package io.attend.architecture;

import io.attend.embedding.Embedding;
import io.attend.embedding.EmbeddingFormulas;
import io.attend.embedding.EmbeddingFormulas.Words;
import io.attend.head.HeadFormulas;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.norm.NormFormulas;
import io.attend.value.Formulas;
import java.util.List;
import java.util.stream.Stream;

/// Whole models on one sequence, from the papers, in plain loops.
public final class TopologyFormulas {
    private static final double[][] NOTHING = new double[0][];

    private TopologyFormulas() {}

    /// What a topology makes of a source, and of a target where it takes one.
    @FunctionalInterface
    public interface Formula {
        Result apply(Words source, Words target, Numbers model, int width);
    }

    /// The last vectors [T][E], and the table [V][E] of the words that are written.
    @SuppressWarnings("ArrayRecordComponent")
    public record Result(double[][] x, double[][] table) {}

    private static final Formulas<Topology, Formula> ALL = Formulas.<Topology, Formula>of(Topology.class)
            .with(
                    Encoder.class,
                    value -> (source, _, model, width) ->
                            single(value.embedding(), value.stack(), "encoder", source, model, width))
            .with(
                    Decoder.class,
                    value -> (source, _, model, width) ->
                            single(value.embedding(), value.stack(), "decoder", source, model, width))
            .with(EncoderDecoder.class, value -> (source, target, model, width) -> {
                EmbeddingFormulas.Formula reads = EmbeddingFormulas.of(value.source());
                EmbeddingFormulas.Formula writes = EmbeddingFormulas.of(value.target());
                double[][] sourceTable = reads.table(model.in("source"), width, NOTHING);
                double[][] targetTable = writes.table(model.in("target"), width, sourceTable);
                double[][] memory = stack(
                        value.encoder(),
                        reads.apply(source, model.in("source"), sourceTable),
                        model.in("encoder"),
                        new Scene(source.keep(), NOTHING, new boolean[0], source.ids()));
                double[][] x = stack(
                        value.decoder(),
                        writes.apply(target, model.in("target"), targetTable),
                        model.in("decoder"),
                        new Scene(target.keep(), memory, source.keep(), target.ids()));
                return new Result(x, targetTable);
            });

    /// The scores [T][V], or whatever the head makes of each position.
    public static double[][] logits(Architecture architecture, Numbers model, Words source, Words target) {
        Result result = ALL.of(architecture.topology()).apply(source, target, model, architecture.width());
        Words written = architecture.topology() instanceof EncoderDecoder ? target : source;
        return HeadFormulas.of(architecture.head())
                .apply(
                        new HeadFormulas.Text(result.x(), written.ids(), written.keep()),
                        model.in("head"),
                        result.table());
    }

    private static Result single(Embedding embedding, Stack stack, String name, Words words, Numbers model, int width) {
        EmbeddingFormulas.Formula formula = EmbeddingFormulas.of(embedding);
        double[][] table = formula.table(model.in("embedding"), width, NOTHING);
        double[][] x = formula.apply(words, model.in("embedding"), table);
        return new Result(
                stack(stack, x, model.in(name), new Scene(words.keep(), NOTHING, new boolean[0], words.ids())), table);
    }

    /// Blocks in the order they are applied; a repetition with shared weights uses the numbers of the first.
    private static double[][] stack(Stack stack, double[][] x, Numbers numbers, Scene scene) {
        int depth = 0;
        Streams streams = stack.unrolled().getFirst().residual().streams();
        x = ResidualFormulas.enter(streams, x);
        for (Segment segment : stack.segments()) {
            int first = depth;
            for (int time = 0; time < segment.times(); time++) {
                for (int i = 0; i < segment.blocks().size(); i++) {
                    int place = segment.sharing() == Sharing.SHARED ? first + i : depth;
                    x = block(segment.blocks().get(i), x, numbers.in("" + place), scene);
                    depth++;
                }
            }
        }
        return Stream.of(ResidualFormulas.leave(streams, x))
                .map(row -> NormFormulas.of(stack.finalNorm()).apply(row, numbers.in("norm")))
                .toArray(double[][]::new);
    }

    private static double[][] block(Block block, double[][] x, Numbers numbers, Scene scene) {
        List<String> names = block.names();
        List<ResidualFormulas.Branch> branches = Stream.iterate(0, i -> i < names.size(), i -> i + 1)
                .map(i -> new ResidualFormulas.Branch(
                        names.get(i), SublayerFormulas.of(block.sublayers().get(i))))
                .toList();
        return ResidualFormulas.of(block.residual()).apply(x, branches, block.norm(), numbers, scene);
    }
}
