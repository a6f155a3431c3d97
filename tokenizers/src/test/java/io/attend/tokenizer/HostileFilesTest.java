package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.attend.tokenizer.trainer.BpeTrainer;
import io.attend.tokenizer.trainer.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a file holds, reading it gives a tokenizer or one line that names the file.
class HostileFilesTest {
    @TempDir
    private Path folder;

    /// How many broken files of each kind; `-Pfull` for 25,000, so 100,000 in all.
    private static final int MUTATIONS = Integer.getInteger("attend.mutations", 1_500);

    private static final String JSON = """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[{"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,
           "normalized":false,"special":true}],
         "normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Replace",
           "pattern":{"Regex":" {2,}"},"content":" "}]},
         "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
         "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<unk>","type_id":0}},
           {"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
           {"Sequence":{"id":"B","type_id":1}}],
           "special_tokens":{"<unk>":{"id":"<unk>","ids":[0],"tokens":["<unk>"]}}},
         "decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
         "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,
           "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,
           "vocab":{"<unk>":0,"a":1,"b":2,"ab":3,"▁":4},"merges":[["a","b"]]}}
        """;

    @Test
    void theFileItselfIsGood() {
        assertThat(Tokenizer.read(JSON).ids("ab ba")).containsExactly(0, 4, 3, 4, 2, 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"NFKC\"|\"NFKX\"|$.normalizer.normalizers[0].type is \"NFKX\", which is not known",
                "\"split\":true|\"split\":true,\"x\":1|$.pre_tokenizer: unknown [x]; Metaspace has [replacement,"
                        + " prepend_scheme, split]",
                "\"split\":true|\"split\":3|$.pre_tokenizer.split is 3; expected true or false",
                "\"ab\":3|\"ab\":2|$.model.vocab: tokens \"",
                "\"ab\":3|\"ab\":2000000000|$.model.vocab: token \"ab\" has id 2000000000; expected 0 to 16777215",
                "\"ab\":3|\"ab\":-1|$.model.vocab: token \"ab\" has id -1",
                "[[\"a\",\"b\"]]|[[\"a\",\"c\"]]|merges[0] needs token \"c\", which is not in the vocabulary",
                "[[\"a\",\"b\"]]|[\"a b c\"]|$.model.merges[0] is \"a b c\"; expected two tokens with a space between",
                "\"unk_token\":\"<unk>\"|\"unk_token\":\"<u>\"|unk_token \"<u>\" is not in the vocabulary",
                "\"version\":\"1.0\"|\"version\":\"2.0\"|$: version is \"2.0\"; expected \"1.0\"",
                "\"id\":0,|\"id\":7,\"id\":7,|not JSON at line 2",
                "{2,}|{2,|regex  {2, is not understood",
                "\"dropout\":null|\"dropout\":1.5|$.model: dropout is 1.5; expected 0 to 1",
                "\"ids\":[0]|\"ids\":[0.5]|$.post_processor.special_tokens.<unk>.ids[0] is 0.5; expected a 32-bit"
                        + " integer",
                "{\"SpecialToken\":{\"id\":\"<unk>\"|{\"SpecialToken\":{\"id\":\"<x>\"|the template names \"<x>\","
                        + " which special_tokens does not have",
                "\"added_tokens\":[{\"id\":0|\"added_tokens\":[{\"id\":3|\"<unk>\" has id 3, but the model's"
                        + " vocabulary gives it 0",
            })
    void errorsNameThePlace(String good, String bad, String message) {
        assertThat(JSON).contains(good);
        assertThatThrownBy(() -> Tokenizer.read(JSON.replace(good, bad)))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith("tokenizer.json: ")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aRegexThatBacktracksForEverEnds() {
        String json = JSON.replace("\"Regex\":\" {2,}\"", "\"Regex\":\"(a+)+$\"");
        Tokenizer tokenizer = Tokenizer.read(json);
        String text = "a".repeat(5000) + "b";
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> tokenizer.ids(text)).isInstanceOf(TokenizerException.class));
    }

    /// Merges that undo each other still only make a text shorter.
    @Test
    void mergesThatGoRoundEnd() {
        String json = JSON.replace("[[\"a\",\"b\"]]", "[[\"a\",\"b\"],[\"ab\",\"a\"],[\"b\",\"ab\"],[\"ab\",\"ab\"]]")
                .replace("\"▁\":4", "\"▁\":4,\"aba\":5,\"bab\":6,\"abab\":7");
        Tokenizer tokenizer = Tokenizer.read(json);
        int[] ids = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> tokenizer.ids("ab".repeat(50_000)));
        assertThat(tokenizer.decode(ids)).isEqualTo("ab".repeat(50_000));
    }

    @Test
    void nestingHasABound() {
        String deep = "[".repeat(100_000);
        assertThatThrownBy(() -> Tokenizer.read(deep)).isInstanceOf(TokenizerException.class);
        String sequences = "{\"type\":\"Sequence\",\"normalizers\":[".repeat(5_000);
        assertThatThrownBy(() -> Tokenizer.read(JSON.replace("{\"type\":\"NFKC\"}", sequences)))
                .isInstanceOf(TokenizerException.class);
    }

    @Test
    void aLengthOfAGigabyteIsNotBelieved() throws IOException {
        Path gguf = folder.resolve("x.gguf");
        Files.write(gguf, new byte[] {
            'G', 'G', 'U', 'F', 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0
        });
        assertThatThrownBy(() -> Tokenizer.load(gguf))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(gguf + ": at byte 32: a field of 1073741824 bytes, but only 0 are left");
        Path model = folder.resolve("x.model");
        Files.write(model, new byte[] {0x0A, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 4});
        assertThatThrownBy(() -> Tokenizer.load(model))
                .hasMessage(model + ": at byte 6: a field of 1073741824 bytes, but only 0 are left");
    }

    @Test
    void invalidUtf8IsRefused() throws IOException {
        Path vocabulary = folder.resolve("vocab.txt");
        Files.write(vocabulary, new byte[] {'a', '\n', (byte) 0xC3, '\n'});
        assertThatThrownBy(() -> Tokenizer.load(vocabulary))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(vocabulary + ": at byte 2: 0xC3 is no UTF-8 here");
        Path model = folder.resolve("y.model");
        Files.write(model, new byte[] {0x0A, 3, 0x0A, 1, (byte) 0xFF});
        assertThatThrownBy(() -> Tokenizer.load(model))
                .hasMessage(model + ": at byte 5: a string of 1 bytes ends that is no UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "x.model", "x.gguf", "gpt2.tiktoken"})
    void brokenFilesAreRefusedOrRead(String name) throws IOException {
        byte[] good = small(name);
        Path file = folder.resolve(name);
        Files.write(file, good);
        Tokenizer.load(file).ids("fine");
        SplittableRandom random = new SplittableRandom(13);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bad = mutated(good, random);
            Files.write(file, bad);
            try {
                Tokenizer tokenizer = Tokenizer.load(file);
                tokenizer.decode(tokenizer.ids("ab the fox 猫"));
            } catch (TokenizerException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    private static byte[] mutated(byte[] good, SplittableRandom random) {
        byte[] bad = good.clone();
        switch (random.nextInt(5)) {
            case 0 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            case 1 -> bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            case 2 -> {
                for (int n = random.nextInt(1, 20); n > 0; n--) {
                    bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 3 -> {
                int at = random.nextInt(bad.length - 8);
                Arrays.fill(bad, at, at + 8, (byte) (random.nextBoolean() ? 0xFF : 0x7F));
            }
            default -> {
                int from = random.nextInt(bad.length - 16);
                int to = random.nextInt(bad.length - 16);
                System.arraycopy(good, from, bad, to, 16);
            }
        }
        return bad;
    }

    /// A small good file of each kind.
    private static byte[] small(String name) {
        return switch (name) {
            case "tokenizer.json" -> JSON.getBytes(StandardCharsets.UTF_8);
            case "x.model" -> SmallFiles.sentencePiece();
            case "x.gguf" -> SmallFiles.gguf();
            default -> SmallFiles.tiktoken();
        };
    }

    @Test
    void trainingOnNothingGivesASmallTokenizer() {
        Tokenizer tokenizer = Tokenizer.train(
                Tokenizer.read(JSON).pipeline(),
                BpeTrainer.characters(100, List.of("<unk>"), "<unk>"),
                List.of(),
                Progress.NONE);
        assertThat(tokenizer.ids("a")).containsExactly(0, 0, 0);
    }
}
