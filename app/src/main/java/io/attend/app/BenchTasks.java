package io.attend.app;

import io.attend.architecture.Sublayer;
import io.attend.checkpoint.Atomic;
import io.attend.measure.Examination;
import io.attend.measure.Examination.Exercise;
import io.attend.measure.Examination.Grade;
import io.attend.measure.Mixers;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "tasks",
        description = {
            "Train the same small model with every way to mix positions on the same tasks, and put how they did, their"
                    + " time and their memory into one table.",
            "copy: a letter is copied over a distance; recall: the number of a letter is recalled; listops: nested"
                    + " operations are worked out; text: the characters of a text of your own are foretold."
        })
final class BenchTasks implements Callable<Integer> {
    @Option(
            names = "--attention",
            split = ",",
            paramLabel = "NAME",
            description = "Variants, SoftmaxAttention, or their examples, SoftmaxAttention.GROUPED (all).")
    private List<String> variants = List.of();

    @Option(names = "--tasks", split = ",", paramLabel = "TASK", description = "copy, recall, listops, text (all).")
    private List<String> tasks = List.of();

    @Option(names = "--text", paramLabel = "FILE", description = "The text of the task text, UTF-8 or .gz.")
    private Optional<Path> text = Optional.empty();

    @Option(names = "--length", paramLabel = "T", description = "Of texts, about (${DEFAULT-VALUE}).")
    private String length = "128";

    @Option(names = "--steps", paramLabel = "N", description = "Of each training (${DEFAULT-VALUE}).")
    private int steps = Examination.USUAL.steps();

    @Option(names = "--batch", paramLabel = "B", description = "Texts a step (${DEFAULT-VALUE}).")
    private int batch = Examination.USUAL.batch();

    @Option(names = "--layers", paramLabel = "N", description = "Of the model (${DEFAULT-VALUE}).")
    private int layers = Examination.USUAL.layers();

    @Option(names = "--width", paramLabel = "E", description = "Of the model (${DEFAULT-VALUE}).")
    private int width = Examination.USUAL.width();

    @Option(names = "--heads", paramLabel = "H", description = "Of what has any (${DEFAULT-VALUE}).")
    private int heads = Examination.USUAL.heads();

    @Option(names = "--seed", description = "Of weights, examples and order (${DEFAULT-VALUE}).")
    private long seed = Examination.USUAL.seed();

    @Option(names = "--run", paramLabel = "DIR", description = "A new folder to keep every run in.")
    private Optional<Path> run = Optional.empty();

    @Option(names = "--json", description = "One JSON object a variant and task, as they are done.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Examination examination;
        try {
            examination = new Examination(steps, batch, layers, width, heads, seed);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        List<Exercise> exercises = exercises();
        Map<String, Sublayer> mixers = variants.isEmpty() ? Mixers.eachWay() : BenchAttention.named(variants);
        Path folder = folder();
        Map<String, Map<String, Grade>> grades = new LinkedHashMap<>();
        Map<String, String> failed = new LinkedHashMap<>();
        try (Progress progress = Progress.onStandardError("tasks", "training")) {
            progress.begin((long) mixers.size() * exercises.size());
            long done = 0;
            for (Map.Entry<String, Sublayer> mixer : mixers.entrySet()) {
                for (Exercise exercise : exercises) {
                    progress.step(done++, mixer.getKey() + ", " + exercise.name());
                    Path one = folder.resolve(mixer.getKey() + "-" + exercise.name());
                    try {
                        examination
                                .grade(mixer.getKey(), mixer.getValue(), exercise, one, Progress.silent())
                                .ifPresent(grade -> {
                                    grades.computeIfAbsent(mixer.getKey(), _ -> new LinkedHashMap<>())
                                            .put(exercise.name(), grade);
                                    if (json) {
                                        Output.json(spec.commandLine().getOut(), fields(grade));
                                    }
                                });
                    } catch (RuntimeException e) { // the others are still worth while
                        failed.put(mixer.getKey() + ", " + exercise.name(), String.valueOf(e.getMessage()));
                    }
                }
            }
            progress.step(done, "done");
        } finally {
            if (run.isEmpty()) {
                Atomic.delete(folder);
            }
        }
        if (!json) {
            print(exercises, grades);
        }
        failed.forEach((what, why) -> spec.commandLine().getErr().println(what + ": " + why));
        return grades.isEmpty() ? 1 : 0;
    }

    private List<Exercise> exercises() {
        int tokens = (int) Math.min(1 << 20, CostCommand.tokens(length));
        if (tokens < 16) {
            throw new UsageException("texts need a length of at least 16 tokens, not " + tokens);
        }
        Map<String, Exercise> all = new LinkedHashMap<>();
        all.put("copy", Exercise.copy(tokens - 11));
        all.put("recall", Exercise.recall());
        all.put("listops", Exercise.listOps(tokens));
        text.ifPresent(file -> all.put("text", Exercise.text(file, tokens)));
        if (tasks.isEmpty()) {
            return List.copyOf(all.values());
        }
        return tasks.stream()
                .map(task -> Optional.ofNullable(all.get(task))
                        .orElseThrow(() -> new UsageException(
                                task.equals("text")
                                        ? "the task text needs a text; give --text FILE"
                                        : "there is no task " + task + "; there are copy, recall, listops and text")))
                .toList();
    }

    private Path folder() {
        try {
            return run.isPresent() ? Files.createDirectories(run.get()) : Files.createTempDirectory("attend-tasks");
        } catch (IOException e) {
            throw new UncheckedIOException("the folder for runs cannot be made: " + e.getMessage(), e);
        }
    }

    private void print(List<Exercise> exercises, Map<String, Map<String, Grade>> grades) {
        List<String[]> rows = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of("variant", "parameters"));
        exercises.forEach(exercise -> heading.addAll(List.of(exercise.name(), "s", "memory")));
        rows.add(heading.toArray(String[]::new));
        grades.forEach((mixer, its) -> {
            List<String> row = new ArrayList<>(List.of(
                    mixer,
                    Output.flops(its.values().stream()
                            .mapToLong(Grade::parameters)
                            .max()
                            .orElse(0))));
            for (Exercise exercise : exercises) {
                Grade grade = its.get(exercise.name());
                row.addAll(
                        grade == null
                                ? List.of("-", "", "")
                                : List.of(
                                        value(grade),
                                        String.format(Locale.ROOT, "%.1f", grade.seconds()),
                                        Output.bytes(grade.bytes())));
            }
            rows.add(row.toArray(String[]::new));
        });
        var out = spec.commandLine().getOut();
        Output.table(out, rows);
        out.printf(
                "%ncopy, recall, listops: accuracy on held-out texts; text: bits a character; s: processor seconds of the"
                        + " whole run; memory: of a step, by the layers' own count; %d steps of %d, %d layers of width %d%n",
                steps, batch, layers, width);
    }

    private static String value(Grade grade) {
        return grade.measure().equals("accuracy")
                ? String.format(Locale.ROOT, "%.1f%%", 100 * grade.value())
                : String.format(Locale.ROOT, "%.3f", grade.value());
    }

    private static Map<String, Object> fields(Grade grade) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("variant", grade.mixer());
        fields.put("task", grade.exercise());
        fields.put(grade.measure(), grade.value());
        fields.put("seconds", grade.seconds());
        fields.put("bytes", grade.bytes());
        fields.put("parameters", grade.parameters());
        return fields;
    }
}
