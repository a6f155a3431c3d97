package io.attend.app;

import io.attend.Attend;
import io.attend.huggingface.Pretrained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        description = "Write a model as a folder that Hugging Face's libraries load: config.json, model.safetensors and"
                + " the files of its tokenizer.")
final class Export implements Callable<Integer> {
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

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run folder or a Hugging Face one.")
    private Path model;

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder to write, new or empty.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (Files.exists(folder) && !isEmpty(folder)) {
            throw new UsageException(folder + " is not empty; name a new folder");
        }
        try (Pretrained pretrained =
                Pretrained.isOne(model) ? Pretrained.load(model) : Pretrained.of(Attend.weights(model))) {
            pretrained.save(folder);
        }
        for (String name : BESIDE) {
            if (Files.isRegularFile(model.resolve(name))) {
                Files.copy(model.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        spec.commandLine().getOut().println(folder);
        return 0;
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
