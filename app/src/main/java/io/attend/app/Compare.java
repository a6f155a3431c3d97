package io.attend.app;

import io.attend.training.Comparison;
import io.attend.training.report.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "compare",
        description =
                "Put training runs beside each other: what their recipes differ in, how they did, and, with --html,"
                        + " their curves drawn over each other by step and by time.")
final class Compare implements Callable<Integer> {
    @Parameters(index = "0..*", arity = "2..*", paramLabel = "RUN", description = "Run folders, finished or not.")
    private List<Path> runs = List.of();

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page that stands alone.")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--json", description = "Print the tables as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Comparison comparison = Comparison.of(runs);
        PrintWriter out = spec.commandLine().getOut();
        Table outcomes = comparison.outcomes();
        Table differences = comparison.differences();
        if (json) {
            Map<String, Object> both = new LinkedHashMap<>();
            both.put("outcomes", byRun(outcomes));
            both.put("differences", byRun(differences));
            Output.json(out, both);
        } else {
            print(out, outcomes);
            out.println();
            print(out, differences);
        }
        if (html.isPresent()) {
            comparison.report().write(html.get().toAbsolutePath());
            spec.commandLine().getErr().println("written: " + html.get());
        }
        return 0;
    }

    private static void print(PrintWriter out, Table table) {
        out.println(table.name());
        if (table.rows().isEmpty()) {
            out.println("nothing");
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(table.columns().toArray(String[]::new));
        table.rows().forEach(row -> rows.add(row.toArray(String[]::new)));
        Output.table(out, rows);
    }

    /// `{"run": {"setting": "value"}}`
    private static Map<String, Map<String, String>> byRun(Table table) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (int column = 1; column < table.columns().size(); column++) {
            Map<String, String> one = new LinkedHashMap<>();
            for (List<String> row : table.rows()) {
                one.put(row.getFirst(), row.get(column));
            }
            all.put(table.columns().get(column), one);
        }
        return all;
    }
}
