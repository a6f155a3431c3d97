package io.attend.app;

import io.attend.Attend;
import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.huggingface.Pretrained;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Finds architectures: a run folder, a Hugging Face one, a GGUF file, an `architecture.json`, or a well-known
/// one by its name.
final class Architectures {
    private static final Map<String, Supplier<Architecture>> PRESETS = new LinkedHashMap<>();

    static {
        PRESETS.put("transformer-base", () -> Presets.transformerBase(37_000));
        PRESETS.put("transformer-big", () -> Presets.transformerBig(37_000));
        PRESETS.put("lstm", () -> Presets.lstmTranslator(37_000, 6, 512, 0.1));
        PRESETS.put("bahdanau", () -> Presets.bahdanauTranslator(37_000, 512, 0.1));
        PRESETS.put("luong", () -> Presets.luongTranslator(37_000, 6, 512, 0.1));
        PRESETS.put("convolutional", () -> Presets.convolutionalTranslator(37_000, 6, 512, 16_384));
        PRESETS.put("gpt2", Presets::gpt2);
        PRESETS.put("bert-base", Presets::bertBase);
    }

    private Architectures() {}

    static Architecture read(String nameOrPath) {
        Path path = Path.of(nameOrPath);
        if (Files.exists(path) && Pretrained.isOne(path)) {
            return Pretrained.describe(path).architecture();
        }
        if (Files.isDirectory(path)) {
            return Attend.architecture(path.resolve("architecture.json"));
        }
        if (Files.isRegularFile(path)) {
            return Attend.architecture(path);
        }
        Supplier<Architecture> preset = PRESETS.get(nameOrPath);
        if (preset == null) {
            throw new UsageException("there is no architecture " + nameOrPath
                    + ": neither a folder, nor a file, nor one of " + String.join(", ", PRESETS.keySet()));
        }
        return preset.get();
    }
}
