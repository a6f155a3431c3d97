package io.attend.app;

import io.attend.Attend;
import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.F16;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.Q40;
import io.attend.checkpoint.gguf.Q80;
import io.attend.huggingface.Pretrained;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.format.GgufValue;
import io.attend.tokenizer.format.GgufVocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        description = "Write a model as others load it: a folder for Hugging Face's libraries, config.json,"
                + " model.safetensors and the files of its tokenizer; or, named FILE.gguf, one file for llama.cpp; or,"
                + " with --run-folder, a run folder of Attend's own, whatever it was.")
final class Export implements Callable<Integer> {
    private static final Map<String, BlockFormat.Writable> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("f32", new F32());
        TYPES.put("f16", new F16());
        TYPES.put("bf16", new Bf16());
        TYPES.put("q8_0", new Q80());
        TYPES.put("q4_0", new Q40());
    }

    /// What stands beside a model and is no part of it.
    private static final List<String> BESIDE = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "spiece.model",
            "tokenizer.model",
            "sentencepiece.bpe.model",
            "source.spm",
            "target.spm",
            "generation_config.json");

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run folder, a Hugging Face one, or a GGUF file.")
    private Path model;

    @Parameters(index = "1", paramLabel = "TO", description = "The folder to write, new or empty, or a new FILE.gguf.")
    private Path target;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Of the matrices of a GGUF file: f32, f16, bf16, q8_0 or q4_0 (default: f16).")
    private @Nullable String type;

    @Option(
            names = "--run-folder",
            description =
                    "Write a run folder: architecture.json, tokenizer.json, text.json, labels.json of a classifier,"
                            + " generation_config.json and model.safetensors under Attend's names. To train on,"
                            + " let a recipe begin with a folder of any kind: model.type: Trained.")
    private boolean run;

    @Option(names = "--without-tokenizer", description = "Write a GGUF file that has no tokenizer.")
    private boolean withoutTokenizer;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean gguf = target.toString().endsWith(".gguf");
        if (!gguf && (type != null || withoutTokenizer)) {
            throw new UsageException(
                    "--type and --without-tokenizer are for a FILE.gguf, and " + target + " is a folder");
        }
        if (gguf ? Files.exists(target) : Files.exists(target) && !isEmpty(target)) {
            throw new UsageException(
                    gguf ? target + " exists; name a new file" : target + " is not empty; name a new folder");
        }
        if (run) {
            if (gguf) {
                throw new UsageException("--run-folder writes a folder, and " + target + " is a file");
            }
            writeRun();
            spec.commandLine().getOut().println(target);
            return 0;
        }
        BlockFormat.Writable format = TYPES.get(type == null ? "f16" : type.toLowerCase(Locale.ROOT));
        if (format == null) {
            throw new UsageException("--type " + type + " is none of " + String.join(", ", TYPES.keySet()));
        }
        try (Pretrained pretrained =
                Pretrained.isOne(model) ? Pretrained.load(model) : Pretrained.of(Attend.weights(model))) {
            if (gguf) {
                writeFile(
                        model,
                        pretrained,
                        target,
                        format,
                        withoutTokenizer,
                        spec.commandLine().getErr());
            } else {
                pretrained.save(target);
                writeTokenizer();
            }
        }
        spec.commandLine().getOut().println(target);
        return 0;
    }

    private void writeRun() {
        try (Attend loaded = Attend.load(model)) {
            loaded.save(target);
        }
    }

    /// Writes a GGUF file, and to `err` what it has no place for.
    static void writeFile(
            Path model,
            Pretrained pretrained,
            Path target,
            BlockFormat.Writable format,
            boolean withoutTokenizer,
            PrintWriter err) {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        Path name = model.toAbsolutePath().normalize().getFileName();
        values.put("general.name", GgufValue.of(String.valueOf(name).replaceFirst("\\.gguf$", "")));
        if (!withoutTokenizer) {
            try {
                values.putAll(GgufVocabulary.of(Tokenizer.load(model), pretrained.words()));
            } catch (IllegalArgumentException | TokenizerException e) {
                throw new IllegalArgumentException(e.getMessage() + "; --without-tokenizer writes the model alone", e);
            }
        }
        pretrained
                .saveGguf(target, format, values)
                .forEach((tensor, reason) -> err.println("left out: " + tensor + ", since " + reason));
        err.flush();
    }

    /// The files of a folder, or a `tokenizer.json` made of what a GGUF file has.
    private void writeTokenizer() throws IOException {
        boolean any = false;
        for (String name : BESIDE) {
            if (Files.isRegularFile(model.resolve(name))) {
                Files.copy(model.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                any |= name.startsWith("tokenizer") || name.startsWith("vocab") || name.endsWith(".model");
            }
        }
        if (!any && Pretrained.gguf(model).isPresent()) {
            Path file = Pretrained.gguf(model).get();
            try {
                Tokenizer.load(file).save(target.resolve("tokenizer.json"));
            } catch (TokenizerException e) {
                PrintWriter err = spec.commandLine().getErr();
                err.println("no tokenizer written: " + e.getMessage());
                err.flush();
            }
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var inside = Files.list(folder)) {
            return inside.findAny().isEmpty();
        }
    }
}
