package io.attend.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.Json;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.rust.RandomText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same vocabulary in two kinds of file is the same tokenizer.
class FormatsTest {
    @TempDir
    private Path folder;

    private static void same(Tokenizer a, Tokenizer b) {
        SplittableRandom random = new SplittableRandom(23);
        for (int i = 0; i < 3000; i++) {
            String text = RandomText.next(random);
            assertThat(a.ids(text)).as(text).isEqualTo(b.ids(text));
        }
        for (String line : SharedData.text("tokenizers/botchan.txt.gz").lines().toList()) {
            assertThat(a.ids(line)).as(line).isEqualTo(b.ids(line));
        }
    }

    private static Tokenizer gpt2() {
        return Tokenizer.load(SharedData.file("tokenizers/ggml-vocab-gpt-2.gguf"));
    }

    @Test
    void tiktokenIsGguf() {
        Tokenizer tiktoken = Tokenizer.load(SharedData.file("tokenizers/gpt2.tiktoken"));
        same(tiktoken, gpt2());
        assertThat(tiktoken.eos()).hasValue(50256);
    }

    @Test
    void vocabularyTextIsGguf() {
        same(
                Tokenizer.load(SharedData.file("tokenizers/bert-vocab.txt")),
                Tokenizer.load(SharedData.file("tokenizers/ggml-vocab-bert-bge.gguf")));
    }

    @Test
    void vocabularyAndMergesInAFolderAreGguf() throws IOException {
        Bpe model = (Bpe) gpt2().pipeline().model();
        Files.writeString(
                folder.resolve("vocab.json"), Json.print(model.vocabulary().toJson()));
        Files.writeString(
                folder.resolve("merges.txt"),
                model.merges().stream()
                        .map(merge -> merge.left() + " " + merge.right())
                        .collect(Collectors.joining("\n", "#version: 0.2\n", "\n")));
        Files.writeString(folder.resolve("tokenizer_config.json"), """
            {"bos_token": "<|endoftext|>", "pad_token": {"content": "!", "lstrip": false},
             "chat_template": [{"name": "default", "template": "{{ messages[0].content }}{{ eos_token }}"}],
             "eos_token": "<|endoftext|>", "model_max_length": 1024}
            """);
        Tokenizer tokenizer = Tokenizer.load(folder);
        same(tokenizer, gpt2());
        assertThat(tokenizer.bos()).hasValue(50256);
        assertThat(tokenizer.pad()).hasValue(0);
        assertThat(tokenizer.chat(List.of(new io.attend.tokenizer.chat.Message("user", "Hi")), false))
                .isEqualTo("Hi<|endoftext|>");
    }

    @Test
    void aTokenizerJsonIsWhatItWasWrittenFrom() {
        gpt2().save(folder);
        assertThat(Tokenizer.load(folder).pipeline()).isEqualTo(gpt2().pipeline());
    }

    @Test
    void anEmptyFolderIsRefused() {
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith(folder + ": holds no tokenizer; expected tokenizer.json");
    }

    @Test
    void anUnknownTiktokenIsRefused() throws IOException {
        Path file = folder.resolve("mine.tiktoken");
        Files.copy(SharedData.file("tokenizers/gpt2.tiktoken"), file);
        assertThatThrownBy(() -> Tokenizer.load(file))
                .hasMessageContaining("known names begin with gpt2, r50k, p50k, cl100k or o200k");
    }
}
