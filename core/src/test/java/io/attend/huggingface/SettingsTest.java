package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Architecture;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Settings that Hugging Face's classes have and no folder here: each is described, its model runs, and what is
/// exported is that model again.
class SettingsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/huggingface-settings.txt", delimiter = '|', quoteCharacter = '`')
    void isReadRunAndWritten(String base, String settings, @TempDir Path folder) throws IOException {
        ObjectNode config = Config.of(Fixtures.folder(base)).object();
        ((ObjectNode) JSON.readTree("{" + settings + "}"))
                .properties()
                .forEach(setting -> config.set(setting.getKey(), setting.getValue()));
        Mapping mapping = Mapping.of(Config.parse(Path.of("config.json"), config.toString()));
        Architecture architecture = mapping.architecture();
        try (Transformer model = Transformer.initialize(architecture, 3);
                Lifetime _ = Lifetime.open()) {
            Tensor ids = Tensor.of(new long[] {7, 11, 13, 17, 1, 2, 23, 29, 31, 1, 37, 2}, 2, 6);
            Tokens tokens = mapping.usage().tokens(ids, Optional.empty(), Optional.empty());
            io.attend.architecture.Inputs inputs =
                    architecture.topology().stacks().size() > 1
                            ? io.attend.architecture.Inputs.of(tokens, tokens)
                            : io.attend.architecture.Inputs.of(tokens);
            for (double number : model.forward(inputs, Context.inference()).toDoubles()) {
                assertThat(number).isFinite();
            }
            Path exported = Files.createDirectory(folder.resolve("exported"));
            Family family = Family.of(Config.parse(Path.of("config.json"), config.toString()));
            Pretrained.of(model, family).save(exported);
            try (Pretrained again = Pretrained.load(exported)) {
                assertThat(again.model().architecture().initialized(architecture.initialization()))
                        .isEqualTo(architecture);
                assertThat(parameters(again.table())).isEqualTo(parameters(mapping.table()));
            }
        }
    }

    /// All but what a formula gives or nothing reads, whose size is no part of an architecture.
    private static Map<String, Shape> parameters(Table table) {
        Map<String, Shape> stored = new TreeMap<>(table.stored());
        stored.keySet().removeAll(table.kept().keySet());
        return stored;
    }
}
