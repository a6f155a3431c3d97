package io.attend.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.layer.Parameter;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.value.Examples;
import io.attend.value.Values;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The file format, pinned: every example of every variant, every preset, and the names of the weights, as
/// files.
///
/// A file that changes here is a file of a user's that no longer reads as it did. After a change that is meant,
/// and only then, write them anew and review the difference:
///
///     mvn -pl core -am test -Dtest=GoldenTest -Dsurefire.failIfNoSpecifiedTests=false -Dattend.golden=write
class GoldenTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
    private static final boolean WRITES = "write".equals(System.getProperty("attend.golden"));
    private static final String HOW = " If the change of the file format is meant, write the golden files anew with"
            + " -Dtest=GoldenTest -Dattend.golden=write, and say it in the change log: files written by earlier versions must"
            + " still read, or the format gets a new number.";

    private static final Map<String, Architecture> PRESETS = Map.ofEntries(
            Map.entry("transformerBase", Presets.transformerBase(37_000)),
            Map.entry("transformerBig", Presets.transformerBig(37_000)),
            Map.entry("gpt2", Presets.gpt2()),
            Map.entry("bertBase", Presets.bertBase()),
            Map.entry("transformer", SmallModels.TRANSFORMER),
            Map.entry("gpt", SmallModels.GPT),
            Map.entry(
                    "gptOfDocuments",
                    Presets.gptOfDocuments(97, 1, Presets.Size.width(10).heads(2), 31, 0.1)),
            Map.entry("bert", SmallModels.BERT),
            Map.entry("lstmTranslator", SmallModels.LSTM),
            Map.entry("bahdanauTranslator", SmallModels.BAHDANAU),
            Map.entry("luongTranslator", SmallModels.LUONG),
            Map.entry("convolutionalTranslator", SmallModels.CONVOLUTIONAL));

    /// By file name: what it must hold, and the value it must read as.
    private record Golden(Supplier<String> written, Class<?> type, Object value) {}

    private static Map<String, Golden> goldens() {
        Map<String, Golden> all = new TreeMap<>();
        PRESETS.forEach((name, architecture) -> all.put(
                "preset." + name + ".json", new Golden(architecture::toJson, Architecture.class, architecture)));
        for (Class<?> family : Catalogue.families()) {
            Examples.of(family)
                    .forEach(example -> all.put(
                            example.name() + ".json",
                            new Golden(() -> Values.jsonWithType((Record) example.value()), family, example.value())));
        }
        return all;
    }

    @TestFactory
    Stream<DynamicTest> valuesAreWrittenAndReadAsEver() {
        return goldens().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Golden golden = entry.getValue();
                    String text = pinned(entry.getKey(), golden.written.get());
                    assertThat(Values.parse(golden.type, text))
                            .as("%s read.%s", entry.getKey(), HOW)
                            .isEqualTo(golden.value);
                }));
    }

    @TestFactory
    Stream<DynamicTest> weightsAreNamedAsEver() {
        return Stream.of(
                        "transformer",
                        "gpt",
                        "bert",
                        "lstmTranslator",
                        "bahdanauTranslator",
                        "luongTranslator",
                        "convolutionalTranslator")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Architecture architecture = java.util.Objects.requireNonNull(PRESETS.get(name));
                    pinned(
                            "preset." + name + ".weights.txt",
                            Transformer.parameters(architecture).stream()
                                    .filter(parameter -> parameter.kind() == Parameter.Kind.WEIGHT)
                                    .map(parameter -> parameter + "\n")
                                    .collect(Collectors.joining()));
                }));
    }

    private static String pinned(String file, String written) throws IOException {
        Path path = FOLDER.resolve(file);
        if (WRITES) {
            Files.createDirectories(FOLDER);
            Files.writeString(path, written);
        }
        assertThat(path)
                .as("no golden file pins this value yet: " + path + "." + HOW)
                .exists();
        String pinned = Files.readString(path);
        assertThat(written).as("%s written.%s", path, HOW).isEqualTo(pinned);
        return pinned;
    }

    @Test
    void everyPresetIsPinned() {
        assertThat(Arrays.stream(Presets.class.getMethods())
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == Architecture.class)
                        .map(java.lang.reflect.Method::getName)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(PRESETS.keySet());
    }

    /// A file whose example is gone was written by some version and must still be read: keep the variant, or
    /// give the format a new number.
    @Test
    void nothingThatWasOnceWrittenIsForgotten() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".json")))
                    .as("golden files without an example.%s", HOW)
                    .isSubsetOf(goldens().keySet());
        }
    }
}
