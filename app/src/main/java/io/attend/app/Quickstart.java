package io.attend.app;

import io.attend.Attend;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.RunFolder;
import io.attend.data.Example;
import io.attend.data.Pair;
import io.attend.task.ReadDate;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "quickstart",
        description =
                "Train the transformer of 2017 to read dates in some 36 languages, in a few minutes, and show what it learned.")
final class Quickstart implements Callable<Integer> {
    private static final List<String> TYPED = List.of(
            "5. März 2024", "July 4th, 1976", "2024年3月5日", "١٤ يوليو ١٩٥٨", "14 июля 1989 г.", "09/11/2001 en-US");

    @Option(names = "--run", paramLabel = "DIR", description = "The run folder (${DEFAULT-VALUE}).")
    private Path run = Path.of("runs", "quickstart");

    @Option(names = "--seed", description = "Another seed gives another model (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--json", description = "End with the outcome as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        long began = System.nanoTime();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Recipe recipe = Recipes.read("dates", List.of("seed=" + seed));
        RunFolder folder = RunFolder.create(run);
        begin(folder);
        if (!json) {
            show(err, recipe);
        }
        Trainer.Outcome outcome = Runs.train("attend quickstart", recipe, folder, err);
        if (outcome.stopped().isPresent()) {
            return Runs.STOPPED;
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (json) {
            Output.json(out, Runs.figures(outcome, seconds, run));
        } else {
            tell(out, outcome, seconds);
        }
        return 0;
    }

    /// A quickstart that was stopped goes on; one that finished is made anew, being reproducible; anything else
    /// is left alone.
    private void begin(RunFolder folder) {
        if (!Files.exists(folder.recipe())) {
            return;
        }
        Recipe begun = Runs.begun(folder);
        if (!begun.equals(Recipes.read("dates", List.of("seed=" + begun.seed())))) {
            throw new UsageException(run + " holds a run that is not a quickstart; name another folder with --run");
        }
        if (begun.seed() != seed || Files.exists(folder.model())) {
            spec.commandLine()
                    .getErr()
                    .println("Replacing the quickstart of seed " + begun.seed() + " in " + run + ".");
            Atomic.delete(run);
            RunFolder.create(run);
        }
    }

    private static void show(PrintWriter err, Recipe recipe) {
        List<? extends Example> some = recipe.data().training(recipe.seed());
        err.println("Learning to read dates. Some of what the model is shown:");
        for (int i : List.of(0, 8, 33, 23)) {
            if (some.get(i) instanceof Pair(String written, String date)) {
                err.println("  " + date + "  " + written);
            }
        }
    }

    private void tell(PrintWriter out, Trainer.Outcome outcome, double seconds) {
        out.printf(
                Locale.ROOT,
                "%nRead %.1f%% of 1,000 dates it had never seen exactly right; %,d parameters, %.0f s in all.%n%n",
                100 * outcome.measures().get("exactMatch"),
                outcome.parameters(),
                seconds);
        try (Attend model = Attend.load(run)) {
            for (String typed : TYPED) {
                out.println("  " + model.run(new ReadDate(), typed) + "  " + typed);
            }
        }
        out.println();
        out.println("Next:");
        out.println("  ./attend run read-date " + run + " \"a date as you write it\"");
        out.println("  open " + run.resolve("report.html") + " to see how it learned and where it looks");
        out.println("  ./attend inspect " + run + " to see what it is made of");
        out.println("  ./attend train dates seed=2 model.layers=1 --run runs/smaller to change it");
    }
}
