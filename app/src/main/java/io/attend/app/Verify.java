package io.attend.app;

import io.attend.verify.Verification;
import io.attend.verify.Verification.Check;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        description = "Compare models with the numbers another program computed: every out.*, grad.* and gradnorm.* of"
                + " expected.safetensors in their folders. Exit 1 if one differs or cannot be compared.")
final class Verify implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "Hugging Face folders with an expected.safetensors beside the model.")
    private List<Path> folders;

    @Option(
            names = "--tolerance",
            paramLabel = "T",
            description = "Numbers may differ by T times the largest magnitude expected, plus T (default: 1e-4).")
    private double tolerance = Verification.TOLERANCE;

    @Option(names = "--json", description = "Each comparison as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
            throw new UsageException("--tolerance must be a number from 0, not " + tolerance);
        }
        PrintWriter out = spec.commandLine().getOut();
        int failed = 0;
        for (Path folder : folders) {
            List<Check> checks;
            try {
                checks = Verification.of(folder, tolerance);
            } catch (RuntimeException e) {
                checks = List.of(new Check(
                        "the folder",
                        Double.POSITIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        false,
                        java.util.Optional.of(String.valueOf(e.getMessage()))));
            }
            long wrong = checks.stream().filter(check -> !check.passed()).count();
            failed += wrong > 0 ? 1 : 0;
            if (json) {
                checks.forEach(check -> Output.json(out, line(folder, check)));
            } else {
                print(out, folder, checks, wrong);
            }
        }
        out.flush();
        return failed > 0 ? 1 : 0;
    }

    private static void print(PrintWriter out, Path folder, List<Check> checks, long wrong) {
        out.println(folder);
        int width =
                checks.stream().mapToInt(check -> check.name().length()).max().orElse(1);
        for (Check check : checks) {
            String name = "  " + check.name() + " ".repeat(width - check.name().length());
            String figures = Double.isInfinite(check.error())
                    ? ""
                    : String.format(Locale.ROOT, "error %9.2e  relative %9.2e  ", check.error(), check.relative());
            out.println(name + "  " + (check.passed() ? "ok  " : "FAIL") + "  "
                    + (figures + check.problem().orElse("")).stripTrailing());
        }
        out.println("  " + (wrong == 0 ? "all " + checks.size() + " equal" : wrong + " of " + checks.size() + " FAIL"));
    }

    private static Map<String, Object> line(Path folder, Check check) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("folder", folder.toString());
        line.put("name", check.name());
        line.put("passed", check.passed());
        if (Double.isFinite(check.error())) {
            line.put("error", check.error());
            line.put("relative", check.relative());
        }
        check.problem().ifPresent(problem -> line.put("problem", problem));
        return line;
    }
}
