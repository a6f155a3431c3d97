package io.attend.app;

import io.attend.Attend;
import io.attend.task.Task;
import io.attend.value.ValueException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = "Ask something of a trained model: a run folder, or one as Hugging Face has it."
                + " Without INPUT and --file the inputs are the lines of standard input.")
final class Run implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "TASK",
            description =
                    "answer, classify, embed, fill, generate, read-date, rerank, search, similarity, summarise, tag,"
                            + " translate, zero-shot.")
    private String task;

    @Parameters(index = "1", paramLabel = "MODEL", description = "The folder.")
    private Path model;

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "INPUT",
            description = "The texts; several inputs are answered in order. answer takes a question and a context each,"
                    + " similarity two texts, search and rerank a query and all texts behind it.")
    private List<String> texts = List.of();

    @Mixin
    private final RunInputs inputs = new RunInputs();

    @Mixin
    private final RunOptions options = new RunOptions();

    @Option(names = "--json", description = "Answer each input with one line of JSON.")
    private boolean json;

    @Option(names = "--batch", paramLabel = "N", description = "Inputs that are read together (default: 16).")
    private int batch = 16;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (batch < 1) {
            throw new UsageException("--batch must be at least 1, not " + batch);
        }
        Task<?> asked;
        try {
            asked = options.task(task);
        } catch (ValueException e) {
            throw new UsageException(task + ": " + e.getMessage());
        }
        try (RunInputs.Stream all = inputs.open(asked, texts);
                Attend loaded = Attend.packed(model)) {
            answer(loaded, asked, all);
        }
        return 0;
    }

    private <A> void answer(Attend loaded, Task<A> asked, RunInputs.Stream all) {
        PrintWriter out = spec.commandLine().getOut();
        List<List<String>> some = new ArrayList<>();
        boolean first = true;
        while (all.hasNext()) {
            some.add(all.next());
            boolean last = !all.hasNext();
            if (first && last && !json) {
                asked.tell(loaded.text(), some.getFirst(), part -> {
                    out.print(part);
                    out.flush();
                });
                out.println();
                out.flush();
                return;
            }
            first = false;
            if (last || some.size() == batch) {
                print(out, asked, some, loaded.runAll(asked, some));
                some.clear();
            }
        }
    }

    private <A> void print(PrintWriter out, Task<A> asked, List<List<String>> some, List<A> answers) {
        for (int i = 0; i < answers.size(); i++) {
            if (json) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("input", some.get(i).size() == 1 ? some.get(i).getFirst() : some.get(i));
                line.put("answer", answers.get(i));
                Output.json(out, line);
            } else {
                out.println(asked.shown(answers.get(i)));
            }
        }
        out.flush();
    }
}
