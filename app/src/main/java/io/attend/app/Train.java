package io.attend.app;

import io.attend.checkpoint.RunFolder;
import io.attend.training.Figures;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        description =
                "Carry out a recipe. A run that was stopped goes on from its last checkpoint when the command is given again.")
final class Train implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "RECIPE",
            description = "A YAML file, or the name of a recipe that comes with Attend: " + Recipes.NAMES + ".")
    private String recipe;

    @Parameters(
            index = "1..*",
            paramLabel = "KEY=VALUE",
            description = "Changes to the recipe, such as steps=500 or model.width=128; the last one wins.")
    private List<String> overrides = List.of();

    @Option(names = "--run", paramLabel = "DIR", description = "The run folder; runs/NAME by default.")
    private Optional<Path> run = Optional.empty();

    @Option(names = "--json", description = "End with the outcome as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Recipe read = Recipes.read(recipe, overrides);
        Path folder = run.orElseGet(() -> Path.of("runs", name(recipe)));
        RunFolder place = RunFolder.create(folder);
        Runs.checkSame(place, read);
        Trainer.Outcome outcome =
                Runs.train("attend train", read, place, spec.commandLine().getErr());
        if (outcome.stopped().isPresent()) {
            return Runs.STOPPED;
        }
        var out = spec.commandLine().getOut();
        if (json) {
            Output.json(out, Runs.figures(outcome, outcome.seconds(), folder));
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "held out: %s; %s, %,d parameters, %.0f s%nreport: %s",
                    Figures.line(outcome),
                    Figures.steps(outcome, read.steps()),
                    outcome.parameters(),
                    outcome.seconds(),
                    place.report()));
        }
        return 0;
    }

    private static String name(String recipe) {
        return Path.of(recipe).getFileName().toString().replaceFirst("\\.ya?ml$", "");
    }
}
