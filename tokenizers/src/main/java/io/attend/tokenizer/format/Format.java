package io.attend.tokenizer.format;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.text.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// A kind of tokenizer file.
public sealed interface Format
        permits TokenizerJson, SentencePieceModel, VocabularyAndMerges, VocabularyText, Tiktoken, Gguf {

    /// All kinds, in the order a folder is searched for them.
    List<Format> ALL = List.of(
            new TokenizerJson(),
            new SentencePieceModel(),
            new VocabularyAndMerges(),
            new VocabularyText(),
            new Tiktoken(),
            new Gguf());

    /// Whether a file is of this kind, going by its name.
    boolean names(String fileName);

    /// Reads a file of this kind.
    ///
    /// @throws TokenizerException naming the file and the place in it
    Loaded read(Path file);

    /// What a file or folder says, with what `tokenizer_config.json` beside it adds.
    static Loaded load(Path fileOrFolder) {
        if (!Files.exists(fileOrFolder)) {
            throw new TokenizerException(fileOrFolder + ": no such file or folder");
        }
        Path file = Files.isDirectory(fileOrFolder) ? find(fileOrFolder) : fileOrFolder;
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(format -> format.names(name))
                .findFirst()
                .or(() -> name.endsWith(".json") ? Optional.of(new TokenizerJson()) : Optional.empty())
                .orElseThrow(() -> new TokenizerException(file + ": not a tokenizer file by its name; known: "
                        + "*.json, *.model, vocab.json with merges.txt, vocab.txt, *.tiktoken, *.gguf"))
                .read(file)
                .or(RoleNames.beside(file), chatTemplate(file));
    }

    /// The chat template beside a file: `chat_template.jinja`, or what `tokenizer_config.json` has under that
    /// key; of several the one named `default`.
    private static Optional<String> chatTemplate(Path file) {
        Path own = file.resolveSibling("chat_template.jinja");
        if (Files.isRegularFile(own)) {
            return Optional.of(text(own, 1 << 24));
        }
        JsonNode template = RoleNames.config(file, "tokenizer_config.json").path("chat_template");
        for (JsonNode named : template) {
            if (named.path("name").asString("").equals("default")) {
                template = named.path("template");
            }
        }
        return template.isString() ? Optional.of(template.stringValue()) : Optional.empty();
    }

    private static Path find(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
            for (Format format : ALL) {
                Optional<Path> found = all.stream()
                        .filter(file ->
                                format.names(file.getFileName().toString().toLowerCase(Locale.ROOT)))
                        .findFirst();
                if (found.isPresent()) {
                    return found.get();
                }
            }
        } catch (IOException e) {
            throw new TokenizerException(folder + ": cannot be listed: " + e, e);
        }
        throw new TokenizerException(folder + ": holds no tokenizer; expected tokenizer.json, *.model, vocab.json with "
                + "merges.txt, vocab.txt, *.tiktoken or *.gguf");
    }

    /// The bytes of a file of at most `limit` bytes.
    static byte[] bytes(Path file, long limit) {
        try {
            long size = Files.size(file);
            if (size > limit) {
                throw new TokenizerException(
                        file + ": has " + size + " bytes; a file of this kind has at most " + limit);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new TokenizerException(file + ": cannot be read: " + e, e);
        }
    }

    /// The text of a file of at most `limit` bytes, which must be UTF-8.
    static String text(Path file, long limit) {
        byte[] bytes = bytes(file, limit);
        return Bytes.utf8(bytes, bytes.length).orElseThrow(() -> {
            int place = Bytes.valid(bytes);
            return new TokenizerException(
                    file + ": at byte " + place + ": 0x%02X is no UTF-8 here".formatted(bytes[place] & 0xff));
        });
    }
}
