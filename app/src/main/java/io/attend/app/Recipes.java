package io.attend.app;

import io.attend.training.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Finds recipes: a file, or one that comes with Attend by its name.
final class Recipes {
    /// Those that come with Attend.
    static final String NAMES =
            "back-translate-multi30k, bart-denoise-tiny, bert-mlm-tiny, dates, lstm-bahdanau-multi30k, shakespeare-char,"
                    + " squad-answer, sst2-classify, t5-denoise-tiny, tag-names, translate-multi30k, wikitext2-lm";

    private static final long LARGEST = 1 << 20;

    private Recipes() {}

    static Recipe read(String nameOrPath, List<String> overrides) {
        Path file = Path.of(nameOrPath);
        try {
            if (Files.isRegularFile(file) && Files.size(file) > LARGEST) {
                throw new UsageException(nameOrPath + " has " + Files.size(file) + " bytes; no recipe is that long");
            }
            if (Files.isRegularFile(file)) {
                return parse(nameOrPath, Files.readString(file), overrides);
            }
            if (nameOrPath.matches("[a-z0-9-]+")) {
                try (InputStream in = Recipes.class.getResourceAsStream("recipes/" + nameOrPath + ".yaml")) {
                    if (in != null) {
                        return parse(nameOrPath, new String(in.readAllBytes(), StandardCharsets.UTF_8), overrides);
                    }
                }
            }
        } catch (CharacterCodingException _) {
            throw new UsageException(nameOrPath + " is not a text file in UTF-8; a recipe is YAML");
        } catch (IOException e) {
            throw new UsageException(nameOrPath + " cannot be read: " + e.getMessage());
        }
        throw new UsageException(
                "there is no recipe " + nameOrPath + ": neither a file nor one that comes with Attend (" + NAMES + ")");
    }

    private static Recipe parse(String name, String yaml, List<String> overrides) {
        try {
            return Recipe.parse(yaml, overrides);
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + ": " + e.getMessage());
        }
    }
}
