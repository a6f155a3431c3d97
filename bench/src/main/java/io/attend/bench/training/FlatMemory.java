package io.attend.bench.training;

import io.attend.checkpoint.RunFolder;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Resident memory each 1,000 of 10,000 training steps of a tiny encoder-decoder with dropout, held-out
/// measurements and checkpoints among them: `bench/run io.attend.bench.training.FlatMemory [KEY=VALUE...]`.
public final class FlatMemory {
    private FlatMemory() {}

    private static final String RECIPE = """
            data: {type: DateExamples, training: 1301, heldOut: 37}
            model: {type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11, dropout: 0.1}
            schedule: {type: Constant, rate: 0.001}
            steps: 10000
            batch: 5
            threads: 1
            reportEvery: 1000
            evaluateEvery: 500
            judgeEvery: 2500
            checkpointEvery: 2500
            """;

    public static void main(String[] overrides) throws IOException {
        Path run = Files.createTempDirectory("flat");
        new Trainer(Recipe.parse(RECIPE, List.of(overrides)), RunFolder.create(run), new Progress() {
                    @Override
                    public void begin(long done, long total) {
                        tell(done);
                    }

                    @Override
                    public void step(long done, String message) {
                        tell(done);
                    }

                    @Override
                    public void close() {}
                })
                .run();
    }

    private static void tell(long step) {
        try {
            System.out.printf("step %,6d  %,d MB%n", step, Resident.now());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
