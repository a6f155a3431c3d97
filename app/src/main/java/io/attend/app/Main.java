package io.attend.app;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The `attend` command. Answers go to standard output, everything else to standard error; exit 0 done, 1
/// failed, 2 wrong usage.
@Command(
        name = "attend",
        description = "The transformer for the JVM: build, train, run, measure and look inside.",
        version = "attend 0.1.0",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "VERB",
        usageHelpAutoWidth = true,
        footer = "%nStart with: attend quickstart")
public final class Main implements Runnable {
    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "With an error, show where in the code it came from.")
    private boolean verbose;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /// Runs the command and ends the process.
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /// Runs the command.
    ///
    /// @return its exit status
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        for (Object verb : List.of(
                new Quickstart(),
                new Train(),
                new Compare(),
                new Run(),
                new Score(),
                new Inspect(),
                new Verify(),
                new Export(),
                new Tokenize(),
                new TokenizerCommand(),
                new Vocabulary(),
                new CostCommand(),
                new CatalogueCommand(),
                new BenchCommand(),
                new Pull(System.getenv()))) {
            line.addSubcommand(verb);
        }
        IExecutionExceptionHandler failed = (failure, command, _) -> {
            err.println(command.getCommandSpec().qualifiedName() + ": " + reason(failure));
            if (main.verbose) {
                failure.printStackTrace(err);
            }
            return failure instanceof UsageException ? 2 : 1;
        };
        IParameterExceptionHandler misused = (wrong, _) -> {
            CommandLine command = wrong.getCommandLine();
            err.println(command.getCommandSpec().qualifiedName() + ": "
                    + wrong.getMessage().lines().findFirst().orElse("") + "; see "
                    + command.getCommandSpec().qualifiedName() + " --help");
            return 2;
        };
        line.setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(failed)
                .setParameterExceptionHandler(misused)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false);
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError | StackOverflowError failure) {
            err.println("attend: " + reason(failure));
            return 1;
        }
    }

    /// What went wrong, in one line whatever the exception holds.
    private static String reason(Throwable failure) {
        String message = switch (failure) {
            case OutOfMemoryError _ ->
                "out of memory; ask for less, or give the JVM more with ATTEND_JAVA_OPTIONS=-Xmx8g";
            case StackOverflowError _ -> "what it was given is nested too deeply";
            default -> failure.getMessage();
        };
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName() + "; --verbose shows where"
                : String.join(" ", message.lines().map(String::strip).toList());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
