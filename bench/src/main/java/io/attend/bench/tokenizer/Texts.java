package io.attend.bench.tokenizer;

import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.normalizer.Precompiled;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.SentencePiece;
import io.attend.tokenizer.normalizer.Sequence;
import io.attend.tokenizer.pretokenizer.Metaspace;
import io.attend.tokenizer.text.Pattern;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// The texts and vocabularies that are measured with.
final class Texts {
    private Texts() {}

    /// The lines of `english`, `german`, `japanese` or `code`.
    static List<String> lines(String language) {
        return switch (language) {
            case "english" -> text("tinyshakespeare/input.txt.gz").lines().toList();
            case "german" -> text("multi30k/train.de.gz").lines().toList();
            case "japanese" ->
                text("tokenizers/wagahaiwa_nekodearu.txt.gz").lines().toList();
            case "code" -> code();
            default -> throw new IllegalArgumentException(language);
        };
    }

    /// This project's own source.
    private static List<String> code() {
        Path root = data().getParent();
        Path project = Path.of("").toAbsolutePath();
        while (!Files.exists(project.resolve("tokenizers/src/main/java")) && !project.equals(root)) {
            project = project.getParent();
        }
        try (Stream<Path> files = Files.walk(project.resolve("tokenizers/src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(Texts::source)
                    .flatMap(String::lines)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String source(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// GPT-2's byte-level BPE, BERT's WordPiece, or a unigram as T5's is published; one that Hugging Face's
    /// library reads.
    static Pipeline pipeline(String kind) {
        return switch (kind) {
            case "gpt2" -> load("ggml-vocab-gpt-2.gguf");
            case "bert" -> load("bert-vocab.txt");
            case "unigram" -> {
                Pipeline model = load("sentencepiece-unigram-en.model");
                SentencePiece spaces = (SentencePiece) model.normalizer().orElseThrow();
                yield new Pipeline(model.model())
                        .with(model.addedTokens())
                        .with(new Sequence(List.of(
                                new Precompiled(spaces.precompiledCharsmap()),
                                new Replace(new Pattern.Regex(" {2,}"), " "))))
                        .with(new Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true));
            }
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static Pipeline load(String file) {
        return Tokenizer.load(data().resolve("tokenizers").resolve(file)).pipeline();
    }

    private static String text(String name) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(data().resolve(name)))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path data() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("shared/data"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("shared/data is neither here nor in a folder above");
        }
        return folder.resolve("shared/data");
    }
}
