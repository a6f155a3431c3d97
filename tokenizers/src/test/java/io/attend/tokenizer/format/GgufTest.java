package io.attend.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
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

    /// As llama.cpp encodes a prompt of Phi-3: white space behind a special token goes with it.
    @Test
    void phi3TakesTheSpaceBehindSpecialTokens() {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/ggml-vocab-phi-3.gguf"));
        assertThat(tokenizer.ids("<|user|>\nSYS\nHI<|end|>\n<|assistant|>\n"))
                .containsExactly(1, 32010, 317, 21554, 13, 17628, 32007, 32001);
    }
}
