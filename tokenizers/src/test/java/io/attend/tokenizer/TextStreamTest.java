package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.rust.RandomText;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextStreamTest {
    @ParameterizedTest
    @ValueSource(strings = {"ggml-vocab-gpt-2.gguf", "llama2-tokenizer.model", "bert-vocab.txt"})
    void whatComesBitByBitIsWhatDecodingGives(String file) {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/" + file));
        SplittableRandom random = new SplittableRandom(37);
        for (int i = 0; i < 1009; i++) {
            check(tokenizer, tokenizer.ids(RandomText.next(random) + " " + RandomText.next(random)));
        }
        SharedData.text("tokenizers/botchan.txt.gz")
                .lines()
                .limit(997)
                .forEach(line -> check(tokenizer, tokenizer.ids(line)));
    }

    private static void check(Tokenizer tokenizer, int[] ids) {
        TextStream stream = tokenizer.stream();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.next(id));
        }
        assertThat(text + stream.end()).isEqualTo(tokenizer.decode(ids));
    }

    @Test
    void aCharacterComesWhole() {
        Tokenizer bytes = Tokenizer.bytes(List.of("<eos>"));
        TextStream stream = bytes.stream();
        assertThat(java.util.Arrays.stream(bytes.ids("a😀b")).mapToObj(stream::next))
                .containsExactly("a", "", "", "", "😀", "b");
    }

    @Test
    void bytesAreTheirOwnTokens() {
        Tokenizer bytes = Tokenizer.bytes(List.of("<eos>"));
        assertThat(bytes.size()).isEqualTo(257);
        assertThat(bytes.ids("Aé\n<eos>")).containsExactly(1 + 'A', 1 + 0xC3, 1 + 0xA9, 1 + '\n', 0);
        assertThat(bytes.decode(bytes.ids("Aé\n 猫"))).isEqualTo("Aé\n 猫");
        assertThat(Tokenizer.read(bytes.toJson()).ids("ÿ")).isEqualTo(bytes.ids("ÿ"));
    }
}
