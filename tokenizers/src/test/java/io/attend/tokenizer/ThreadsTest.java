package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadsTest {
    @ParameterizedTest
    @ValueSource(strings = {"ggml-vocab-gpt-2.gguf", "bert-vocab.txt", "sentencepiece-unigram-en.model"})
    void sixteenThreadsGetTheSameIds(String file) throws Exception {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/" + file));
        List<String> lines =
                SharedData.text("tokenizers/botchan.txt.gz").lines().toList();
        List<int[]> expected = lines.stream().map(tokenizer::ids).toList();
        Callable<Boolean> all = () -> {
            for (int i = 0; i < lines.size(); i++) {
                assertThat(tokenizer.ids(lines.get(i))).isEqualTo(expected.get(i));
                assertThat(tokenizer.encode(lines.get(i)).ids()).isEqualTo(expected.get(i));
            }
            return true;
        };
        try (var threads = Executors.newFixedThreadPool(16)) {
            List<Future<Boolean>> done = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                done.add(threads.submit(all));
            }
            for (Future<Boolean> future : done) {
                assertThat(future.get()).isTrue();
            }
        }
    }
}
