package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenizerCommandTest {
    /// The tokens of BERT's example, in the order of their ids.
    private static final String VOCABULARY =
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwant\n##want\n##ed\nwa\nun\nrunn\n##ing\n,\nlow\nlowest\n";

    @TempDir
    private Path folder;

    private Path vocabulary;

    private static Said attendWith(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return attend((Object[]) arguments);
        } finally {
            System.setIn(before);
        }
    }

    private static String said(String... arguments) {
        Said said = attend((Object[]) arguments);
        assertThat(said.err()).isEmpty();
        assertThat(said.status()).isZero();
        return said.out();
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @BeforeEach
    void vocabulary() throws IOException {
        vocabulary = Path.of(file("vocab.txt", VOCABULARY));
    }

    /// Bytes show what WordPiece would not: a line end that was taken off.
    @Test
    void aFileIsEncodedToItsLastLineEnd() throws IOException {
        io.attend.tokenizer.Tokenizer bytes = io.attend.tokenizer.Tokenizer.bytes(java.util.List.of());
        Path tokenizer = folder.resolve("bytes.json");
        bytes.save(tokenizer);
        String text = " a\r\n\n";
        assertThat(said("tokenizer", "encode", tokenizer.toString(), "--file", file("ends", text)))
                .isEqualTo(java.util.Arrays.stream(bytes.ids(text))
                                .mapToObj(Integer::toString)
                                .collect(java.util.stream.Collectors.joining(" "))
                        + "\n");
        assertThat(bytes.ids(text)).hasSize(5);
    }

    @Test
    void encodesTextsFilesAndLines() throws IOException {
        String tokenizer = vocabulary.toString();
        assertThat(said("tokenizer", "encode", tokenizer, "UNwanted,running")).isEqualTo("2 9 6 7 12 10 11 3\n");
        assertThat(said("tokenizer", "encode", tokenizer, "unwanted", "lowest", "", "--no-special-tokens"))
                .isEqualTo("9 6 7\n14\n\n");
        String one = file("one", "low\nlowest\n");
        String two = file("two", "want");
        assertThat(said("tokenizer", "encode", tokenizer, "--file", one, "--file", two, "--no-special-tokens"))
                .isEqualTo("13 14\n5\n");
        String lines = file("lines", "low\n\nlowest want\r\n\u2028low");
        assertThat(said("tokenizer", "encode", tokenizer, "--lines", lines, "--no-special-tokens"))
                .isEqualTo("13\n\n14 5\n13\n");
        assertThat(said("tokenizer", "encode", folder.toString(), "--lines", lines))
                .isEqualTo("2 13 3\n2 3\n2 14 5 3\n2 13 3\n");
        assertThat(said("tokenizer", "encode", tokenizer, "--lines", file("empty", "")))
                .isEmpty();
        assertThat(said("tokenizer", "encode", tokenizer, "--lines", file("end", "\n")))
                .isEqualTo("2 3\n");
        assertThat(attendWith("low\nwant\n", "tokenizer", "encode", tokenizer).out())
                .isEqualTo("2 13 5 3\n");
        assertThat(attendWith("low\nwant\n", "tokenizer", "encode", tokenizer, "--lines", "-")
                        .out())
                .isEqualTo("2 13 3\n2 5 3\n");
        JsonNode line =
                JsonMapper.shared().readTree(said("tokenizer", "encode", tokenizer, "low \uD83D\uDE00 want", "--json"));
        assertThat(line.toString())
                .isEqualTo("{\"ids\":[2,13,1,5,3],\"tokens\":[\"[CLS]\",\"low\",\"[UNK]\",\"want\",\"[SEP]\"],"
                        + "\"offsets\":[[0,0],[0,3],[4,5],[6,10],[0,0]]}");
    }

    @Test
    void manyLinesKeepTheirOrder() throws IOException {
        List<String> words = List.of("low", "lowest", "want", "");
        List<String> ids = List.of("13", "14", "5", "");
        StringBuilder text = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200_003; i++) {
            text.append(words.get(i * 7 % 4)).append('\n');
            expected.append(ids.get(i * 7 % 4)).append('\n');
        }
        assertThat(said(
                                "tokenizer",
                                "encode",
                                vocabulary.toString(),
                                "--no-special-tokens",
                                "--lines",
                                file("l", text.toString()))
                        .equals(expected.toString()))
                .isTrue();
    }

    @Test
    void decodesWhatEncodeSaid() throws IOException {
        String tokenizer = vocabulary.toString();
        assertThat(said("tokenizer", "decode", tokenizer, "2", "9", "6", "7", "3"))
                .isEqualTo("unwanted\n");
        assertThat(said("tokenizer", "decode", tokenizer, "2 9 6 7 3\n13")).isEqualTo("unwanted\nlow\n");
        assertThat(said("tokenizer", "decode", tokenizer, "2 13 3", "--special-tokens"))
                .isEqualTo("[CLS] low [SEP]\n");
        String lines = "2 13 3\n\n14 5\n";
        assertThat(attendWith(lines, "tokenizer", "decode", tokenizer).out()).isEqualTo("low\n\nlowest want\n");
        assertThat(said("tokenizer", "decode", tokenizer, "--file", file("ids", lines), "--json"))
                .isEqualTo("{\"text\":\"low\"}\n{\"text\":\"\"}\n{\"text\":\"lowest want\"}\n");
    }

    private static void fails(int status, String message, String... arguments) {
        Said said = attend((Object[]) arguments);
        assertThat(said.err().lines()).singleElement().asString().contains(message);
        assertThat(said.status()).isEqualTo(status);
        assertThat(said.out()).isEmpty();
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() throws IOException {
        String tokenizer = vocabulary.toString();
        fails(
                1,
                "attend tokenizer decode: ids: \"15\" is no id of this tokenizer; it has 15 tokens, 0 to 14",
                "tokenizer",
                "decode",
                tokenizer,
                "15");
        fails(1, "ids: \"1x\" is no id", "tokenizer", "decode", tokenizer, "2 1x");
        fails(1, "ids: \"99999999999999999999\" is no id", "tokenizer", "decode", tokenizer, "99999999999999999999");
        fails(1, "gone: no such file or folder", "tokenizer", "encode", "gone", "x");
        fails(1, "gone: no such file", "tokenizer", "encode", tokenizer, "--file", "gone");
        fails(2, "one of them", "tokenizer", "encode", tokenizer, "x", "--file", "gone");
        fails(2, "not both", "tokenizer", "decode", tokenizer, "1", "--file", "gone");
        fails(2, "unknown algorithm bpq; known: bpe, byte-level-bpe", "tokenizer", "train", "bpq", tokenizer);
        fails(2, "no room beside", "tokenizer", "train", "bpe", tokenizer, "--size", "3");
        fails(2, "unknown rule nfq; known: none, nfc", "tokenizer", "train", "bpe", tokenizer, "--normalize", "nfq");
        fails(1, "gone: no such file", "tokenizer", "train", "bpe", "gone", "--output", folder.toString());
        Path bad = Files.write(folder.resolve("bad"), new byte[] {'a', '\n', 'b', (byte) 0xFF});
        fails(1, "bad: at byte 3: 0xFF is no UTF-8 here", "tokenizer", "encode", tokenizer, "--file", bad.toString());
        fails(
                1,
                "bad: line 2: at byte 1: 0xFF is no UTF-8 here",
                "tokenizer",
                "encode",
                tokenizer,
                "--lines",
                bad.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpe", "byte-level-bpe", "bytes", "characters", "unigram", "word-level", "wordpiece"})
    void trainsEveryAlgorithm(String algorithm) throws IOException {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            text.add("the lowest " + (i % 3 == 0 ? "newer" : "wider") + " of " + i % 7 + " words, naïve\n");
        }
        String plain = file("text.txt", String.join("", text));
        Path packed = folder.resolve("text.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(String.join("", text).getBytes(StandardCharsets.UTF_8));
        }
        Path first = folder.resolve("first");
        Said one =
                attend("tokenizer", "train", algorithm, plain, "--size", "307", "--output", first.toString(), "--json");
        assertThat(one.status()).as(one.err()).isZero();
        JsonNode line = JsonMapper.shared().readTree(one.out());
        assertThat(line.get("output").stringValue())
                .isEqualTo(first.resolve("tokenizer.json").toString());
        assertThat(line.get("size").intValue()).isBetween(19, 307);
        Path second = folder.resolve("second.json");
        assertThat(attend(
                                "tokenizer",
                                "train",
                                algorithm,
                                packed.toString(),
                                "--size",
                                "307",
                                "--output",
                                second.toString())
                        .out())
                .startsWith(algorithm + ": ");
        assertThat(first.resolve("tokenizer.json")).hasSameTextualContentAs(second);

        String ids = said("tokenizer", "encode", first.toString(), "the widest words", "--no-special-tokens");
        String back = said("tokenizer", "decode", second.toString(), ids.strip());
        assertThat(back).isEqualTo(algorithm.equals("word-level") ? "the words\n" : "the widest words\n");
    }

    @Test
    void inspectShowsThePartsAndACut() throws IOException {
        assertThat(said("tokenizer", "inspect", vocabulary.toString(), "lowest want"))
                .contains("WordPiece: 15 tokens", "BertNormalizer", "BertPreTokenizer", "unk_token=\"[UNK]\"")
                .containsPattern("14 +lowest +0-6 +lowest")
                .containsPattern("5 +want +7-11 +want")
                .contains("4 tokens for 11 characters; decoded: lowest want");
        JsonNode all =
                JsonMapper.shared().readTree(said("tokenizer", "inspect", vocabulary.toString(), "low", "--json"));
        assertThat(all.get("size").intValue()).isEqualTo(15);
        assertThat(all.get("model").get("type").stringValue()).isEqualTo("WordPiece");
        assertThat(all.get("model").has("vocab")).isFalse();
        assertThat(all.get("ids").toString()).isEqualTo("[2,13,3]");
    }

    @Test
    void truncationIsSaid() throws IOException {
        Path trained = folder.resolve("tokenizer.json");
        attend("tokenizer", "train", "characters", file("t", "abc"), "--output", trained.toString());
        Files.writeString(
                trained,
                Files.readString(trained)
                        .replaceFirst(
                                "\"truncation\" : null",
                                "\"truncation\" : {\"direction\":\"Right\",\"max_length\":2,\"strategy\":\"LongestFirst\",\"stride\":0}"));
        Said cut = attend("tokenizer", "encode", trained.toString(), "abc");
        assertThat(cut.out()).isEqualTo("4 5\n");
        assertThat(cut.err()).contains("cuts texts to 2 tokens, and did; --whole gives all");
        assertThat(said("tokenizer", "encode", trained.toString(), "abc", "--whole"))
                .isEqualTo("4 5 6\n");
    }

    @Test
    void theStudyOfVocabulariesRecommendsOne() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 203; i++) {
            text.append("the ")
                    .append(i % 3 == 0 ? "lowest" : "newer")
                    .append(" of ")
                    .append(i % 7)
                    .append('\n');
        }
        Path run = folder.resolve("study");
        List<String> command = new ArrayList<>(List.of(
                "vocabulary",
                file("text", text.toString()),
                "--algorithms",
                "bpe,word-level",
                "--sizes",
                "19,1k",
                "--steps",
                "2",
                "--width",
                "8",
                "--layers",
                "1",
                "--run",
                run.toString()));
        Said said = attend(command.toArray());
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out()).contains("bits/char", "* ", "costs the model the least", "report.html");
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("every twentieth line", "193 texts", "10 texts");
        command.add("--json");
        JsonNode all = JsonMapper.shared().readTree(attend(command.toArray()).out());
        String best = all.get("recommended").get("algorithm").stringValue();
        assertThat(best).isIn("bpe", "word-level");
        assertThat(all.get("candidates").get(0).propertyNames())
                .contains("coverage", "unknownRate", "bitsPerCharacter");
        assertThat(said("tokenizer", "encode", run.toString(), "the lowest")).isNotBlank();
        fails(2, "\"0\" is not a size", "vocabulary", vocabulary.toString(), "--sizes", "0");
        fails(2, "steps from 0", "vocabulary", vocabulary.toString(), "--steps", "-1");
        fails(1, "gone: no such file", "vocabulary", "gone");
    }
}
