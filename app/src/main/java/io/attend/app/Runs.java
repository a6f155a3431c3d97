package io.attend.app;

import io.attend.checkpoint.RunFolder;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jline.utils.Signals;

/// What the commands that train have in common.
final class Runs {
    /// What a shell expects of a command that Ctrl-C ended.
    static final int STOPPED = 130;

    private Runs() {}

    /// Trains. Ctrl-C, a polite kill or the end of its terminal stops the run after the step it is in, with a
    /// checkpoint, and says how to go on; the second time it ends the process at once.
    static Trainer.Outcome train(String command, Recipe recipe, RunFolder folder, PrintWriter err) {
        Map<String, Object> before = new LinkedHashMap<>();
        Trainer.Outcome outcome;
        try (Progress progress = Progress.onStandardError("training", "steps")) {
            Trainer trainer = new Trainer(recipe, folder, progress);
            for (String signal : List.of("INT", "TERM", "HUP")) {
                Object handler = Signals.register(signal, () -> {
                    Signals.registerDefault(signal);
                    trainer.stop();
                });
                if (handler != null) { // absent where the system has no such signal
                    before.put(signal, handler);
                }
            }
            outcome = trainer.run();
        } finally {
            before.forEach(Signals::unregister);
        }
        outcome.stopped()
                .ifPresent(step -> err.println(command + ": stopped at step " + step + " of " + recipe.steps()
                        + " and saved; the same command goes on from there"));
        return outcome;
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
        figures.putAll(outcome.measures());
        figures.putAll(outcome.notes());
        figures.put("seconds", Math.round(seconds * 10) / 10.0);
        figures.put("parameters", outcome.parameters());
        figures.put("steps", outcome.steps());
        figures.put("chosen", outcome.chosen());
        figures.put("run", folder.toString());
        return figures;
    }
}
