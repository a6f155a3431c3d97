package io.attend.app;

import io.attend.checkpoint.RunFolder;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the commands that train have in common.
final class Runs {
    /// What a shell expects of a command that Ctrl-C ended.
    static final int STOPPED = 130;

    /// How long a run may take to save itself when it is told to stop.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Runs() {}

    /// Runs a trainer that Ctrl-C, or a polite kill, stops after the step it is in, with a checkpoint.
    static Trainer.Outcome stoppable(Trainer trainer) {
        Thread stop = new Thread(() -> {
            trainer.stop();
            try {
                trainer.awaitEnd(PATIENCE);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            return trainer.run();
        } finally {
            if (!trainer.isStopping()) {
                Runtime.getRuntime().removeShutdownHook(stop);
            }
        }
    }

    /// Refuses to mix two runs in one folder.
    static void checkSame(RunFolder folder, Recipe recipe) {
        if (!Files.exists(folder.recipe())) {
            return;
        }
        if (!recipe.continues(begun(folder))) {
            throw new UsageException(
                    folder.path() + " holds a run of another recipe (" + folder.recipe()
                            + "): data, words, model, batch, seed, curriculum and windows must be the same to go on; name another folder with --run");
        }
    }

    static Recipe begun(RunFolder folder) {
        try {
            return Recipe.parse(Files.readString(folder.recipe()), List.of());
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(folder.recipe() + " is damaged: " + e.getMessage(), e);
        }
    }

    static Map<String, Object> figures(Trainer.Outcome outcome, double seconds, Path folder) {
        Map<String, Object> figures = new LinkedHashMap<>();
        outcome.measures().forEach(figures::put);
        figures.put("seconds", Math.round(seconds * 10) / 10.0);
        figures.put("parameters", outcome.parameters());
        figures.put("steps", outcome.steps());
        figures.put("chosen", outcome.chosen());
        figures.put("run", folder.toString());
        return figures;
    }
}
