package io.attend.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// llama.cpp's vocabularies pass llama.cpp's own tests.
class GgufTest {
    @ParameterizedTest
    @ValueSource(strings = {"bert-bge", "deepseek-llm", "falcon", "gpt-2", "llama-spm", "mpt", "phi-3"})
    void passesItsOwnTest(String name) {
        String file = "tokenizers/ggml-vocab-" + name + ".gguf";
        Tokenizer tokenizer = Tokenizer.load(SharedData.file(file));
        String[] texts = SharedData.text(file + ".inp").split("\n__ggml_vocab_test__\n", -1);
        String[] expected = SharedData.text(file + ".out").split("\n", -1);
        assertThat(texts.length).isGreaterThan(40);
        for (int i = 0; i < texts.length; i++) {
            String ids = Arrays.stream(tokenizer.ids(texts[i], Specials.SKIP))
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            assertThat(ids).as("%s: case %d, \"%s\"", name, i, texts[i]).isEqualTo(expected[i].strip());
        }
    }
}
