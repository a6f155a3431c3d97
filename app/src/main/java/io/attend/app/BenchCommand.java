package io.attend.app;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        description = "Measure on this machine what variants really take and learn.",
        synopsisSubcommandLabel = "WHAT",
        subcommands = {BenchAttention.class})
final class BenchCommand implements Runnable {
    @picocli.CommandLine.Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
