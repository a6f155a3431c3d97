package io.attend.app;

import io.attend.Attend;
import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.Q40;
import io.attend.checkpoint.gguf.Q80;
import io.attend.huggingface.Pretrained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "quantize",
        description = "Write a model with weights of fewer bits: a GGUF file, which Attend and llama.cpp use where it"
                + " lies, mapped and shared by all processes that do.")
final class Quantize implements Callable<Integer> {
    private static final Map<String, BlockFormat.Writable> FORMATS =
            new TreeMap<>(Map.of("f32", new F32(), "bf16", new Bf16(), "q8_0", new Q80(), "q4_0", new Q40()));

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run folder, a Hugging Face one, or a GGUF file.")
    private Path model;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FORMAT",
            description = "Of the matrices: q8_0 (8.5 bits a weight), q4_0 (4.5), bf16 or f32.")
    private String to;

    @Option(names = "--out", required = true, paramLabel = "FILE.gguf", description = "The new file.")
    private Path out;

    @Option(names = "--without-tokenizer", description = "Write the model alone.")
    private boolean withoutTokenizer;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BlockFormat.@Nullable Writable format = FORMATS.get(to.toLowerCase(Locale.ROOT));
        if (format == null) {
            throw new UsageException("--to " + to + " is none of " + String.join(", ", FORMATS.keySet()));
        }
        if (!out.toString().endsWith(".gguf")) {
            throw new UsageException("--out " + out + " is no FILE.gguf");
        }
        if (Files.exists(out)) {
            throw new UsageException(out + " exists; name a new file");
        }
        try (Pretrained pretrained =
                Pretrained.isOne(model) ? Pretrained.load(model) : Pretrained.of(Attend.weights(model))) {
            Export.writeFile(
                    model,
                    pretrained,
                    out,
                    format,
                    withoutTokenizer,
                    spec.commandLine().getErr());
        }
        spec.commandLine()
                .getOut()
                .printf(Locale.ROOT, "%s: %,d bytes, matrices in %s%n", out, Files.size(out), format.label());
        return 0;
    }
}
