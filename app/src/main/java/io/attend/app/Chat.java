package io.attend.app;

import io.attend.Attend;
import io.attend.generation.GenerationConfig;
import io.attend.generation.Sampling;
import io.attend.generation.Writing;
import io.attend.tokenizer.chat.Message;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "chat",
        description =
                "Talk with a model that was trained to. Each line is said to it; /new begins anew, /undo takes the"
                        + " last turn back, /exit or the end of input ends. Ctrl-C stops an answer.")
final class Chat implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The folder.")
    private Path folder;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before the conversation.")
    private @Nullable String system;

    @Option(names = "--temperature", paramLabel = "T", description = "Draw words, from sharpened or flattened odds.")
    private @Nullable Double temperature;

    @Option(names = "--seed", paramLabel = "N", description = "What draws begin with (default: 1).")
    private long seed = 1;

    @Option(names = "--limit", paramLabel = "N", description = "New tokens of an answer at most.")
    private @Nullable Integer limit;

    @Spec
    private CommandSpec spec;

    private final AtomicBoolean answering = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Override
    public Integer call() throws IOException {
        Writing writing = writing();
        Object before = Signals.register("INT", this::interrupted);
        try (Attend model = Attend.load(folder)) {
            return talk(model, writing, new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        } finally {
            if (before != null) {
                Signals.unregister("INT", before);
            }
        }
    }

    private Writing writing() {
        Writing writing = Writing.usual();
        if (temperature != null) {
            Sampling sampling = Sampling.temperature(temperature).seed(seed);
            writing = writing.decoding(sampling.limit(limit == null ? GenerationConfig.LIMIT : limit));
        }
        return limit == null ? writing : writing.limit(limit);
    }

    /// Ctrl-C stops an answer; where none is written it ends the program, as it does everywhere.
    private void interrupted() {
        if (answering.get()) {
            stopped.set(true);
        } else {
            Runtime.getRuntime().halt(Runs.STOPPED);
        }
    }

    private int talk(Attend model, Writing writing, BufferedReader in) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Optional<Console> console = Optional.ofNullable(System.console()); // none in some launchers
        boolean person = console.map(Console::isTerminal).orElse(false);
        List<Message> conversation = begun();
        while (true) {
            if (person) {
                out.print("> ");
                out.flush();
            }
            String line = in.readLine();
            if (line == null || line.strip().equals("/exit")) {
                return 0;
            }
            switch (line.strip()) {
                case "" -> {}
                case "/new" -> conversation = begun();
                case "/undo" -> {
                    int last = conversation.size() - 2;
                    conversation = last >= begun().size() ? new ArrayList<>(conversation.subList(0, last)) : begun();
                }
                default -> {
                    conversation.add(new Message("user", line));
                    try {
                        String answer = answer(model, writing, conversation, out);
                        conversation.add(new Message("assistant", answer));
                    } catch (IllegalArgumentException e) {
                        if (conversation.size() == begun().size() + 1) {
                            throw e; // it cannot even begin
                        }
                        conversation.removeLast();
                        spec.commandLine().getErr().println("attend chat: " + e.getMessage() + "; /new begins anew");
                    }
                }
            }
        }
    }

    private List<Message> begun() {
        List<Message> conversation = new ArrayList<>();
        if (system != null) {
            conversation.add(new Message("system", system));
        }
        return conversation;
    }

    private String answer(Attend model, Writing writing, List<Message> conversation, PrintWriter out) {
        StringBuilder answer = new StringBuilder();
        stopped.set(false);
        answering.set(true);
        try {
            model.text().answer(conversation, writing, part -> {
                answer.append(part);
                out.print(part);
                out.flush();
                return !stopped.get();
            });
        } finally {
            answering.set(false);
        }
        out.println();
        out.flush();
        return answer.toString();
    }
}
