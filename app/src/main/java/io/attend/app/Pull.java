package io.attend.app;

import io.attend.hub.Hub;
import io.attend.hub.HubFile;
import io.attend.hub.ModelName;
import io.attend.hub.Selection;
import io.attend.training.report.Progress;
import java.nio.file.Path;
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
        name = "pull",
        description =
                "Download a model from a hub. A download that was stopped goes on when the command is given again.",
        footer = {
            "",
            "Environment: HF_TOKEN for models that ask for one, HF_ENDPOINT for another hub, HF_HUB_OFFLINE=1,",
            "ATTEND_HOME for the cache (~/.cache/attend)."
        })
final class Pull implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "ORG/NAME[@REVISION]", description = "The model; its main branch by default.")
    private String model;

    @Option(names = "--to", paramLabel = "DIR", description = "Write the files there, not into the cache.")
    private Optional<Path> to = Optional.empty();

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Only files that match, such as *.gguf; by default those that Attend reads.")
    private List<String> include = List.of();

    @Option(names = "--offline", description = "Ask nobody: what is in the cache, or an error.")
    private boolean offline;

    @Option(names = "--json", description = "The folder, the commit and the files as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final Map<String, String> environment;

    Pull(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        Hub hub;
        ModelName name;
        Selection selection;
        try {
            hub = Hub.of(environment);
            name = ModelName.of(model);
            selection = include.isEmpty() ? Selection.ofWhatIsRead() : Selection.of(include);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        Hub.Pulled pulled;
        try (Progress progress = json ? Progress.silent() : Progress.onStandardError("pulling", "B")) {
            pulled = hub.pull(name, selection, to, offline, new Hub.Watcher() {
                private long total;

                @Override
                public void begin(long total) {
                    this.total = total;
                    progress.begin(total);
                }

                @Override
                public void step(long done) {
                    progress.step(Math.clamp(done, 0, total), "");
                }
            });
        }
        var out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("folder", pulled.folder().toString());
            all.put("commit", pulled.commit());
            all.put("bytes", pulled.bytes());
            all.put("downloaded", pulled.downloaded());
            all.put("files", pulled.files().stream().map(HubFile::path).toList());
            Output.json(out, all);
        } else {
            out.println("%s at %s: %d files, %s, %s of it new%n%s"
                    .formatted(
                            name.repository(),
                            pulled.commit().substring(0, 12),
                            pulled.files().size(),
                            Output.bytes(pulled.bytes()),
                            Output.bytes(pulled.downloaded()),
                            pulled.folder()));
        }
        return 0;
    }
}
