package io.attend.app;

import io.attend.Attend;
import io.attend.task.Task;
import io.attend.value.Variants;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "run", description = "Ask something of a trained model.")
final class Run implements Callable<Integer> {
    private static final Map<String, Task> TASKS = Variants.of(Task.class).values().stream()
            .map(variant -> (Task) Variants.examples(variant).getFirst())
            .collect(Collectors.toMap(Task::verb, Function.identity(), (a, _) -> a, LinkedHashMap::new));

    @Parameters(index = "0", paramLabel = "TASK", description = "read-date, translate.")
    private String task;

    @Parameters(index = "1", paramLabel = "MODEL", description = "A run folder.")
    private Path model;

    @Parameters(
            index = "2..*",
            arity = "1..*",
            paramLabel = "INPUT",
            description = "The text; several are answered in order.")
    private List<String> inputs;

    @Option(names = "--json", description = "Answer each text with one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Task asked = TASKS.get(task);
        if (asked == null) {
            throw new UsageException("unknown task " + task + "; known: " + String.join(", ", TASKS.keySet()));
        }
        try (Attend loaded = Attend.load(model)) {
            for (String input : inputs) {
                String answer = loaded.run(asked, input);
                if (json) {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("input", input);
                    line.put("answer", answer);
                    Output.json(spec.commandLine().getOut(), line);
                } else {
                    spec.commandLine().getOut().println(answer);
                }
            }
        }
        return 0;
    }
}
