package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.generation.TextModel;
import io.attend.objective.NextToken;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
    private static final Tokenizer LETTERS = Tokenizer.characters(List.of("abc größer漢"), TextModel.SPECIALS);

    @TempDir
    Path folder;

    /// Texts of very different lengths, so that threads overtake each other.
    private static List<String> texts(int count) {
        SplittableRandom random = new SplittableRandom(7);
        return IntStream.range(0, count)
                .mapToObj(i -> random.ints(random.nextInt(50) == 0 ? 90_000 : random.nextInt(60), 0, 11)
                        .mapToObj(letter -> "abc größer漢".substring(letter, letter + 1))
                        .collect(Collectors.joining()))
                .toList();
    }

    private static TokenFileHeader write(
            Path out, Iterator<String> texts, Tokenizer tokenizer, boolean ended, int threads) {
        return TokenFileWriter.write(
                out, texts, tokenizer, new TokenFileWriter.Settings("letters", ended, threads), _ -> {});
    }

    /// A vocabulary of more than 65,536 tokens takes four bytes each.
    private static Tokenizer large() {
        return Tokenizer.characters(
                List.of(IntStream.range(0x4E00, 0x4E00 + 20_000)
                                .mapToObj(Character::toString)
                                .collect(Collectors.joining())
                        + IntStream.range(0x20000, 0x20000 + 50_000)
                                .mapToObj(Character::toString)
                                .collect(Collectors.joining())),
                TextModel.SPECIALS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tokensLieAsTheTextsCameWhateverTheThreads(boolean ended) throws IOException {
        List<String> texts = texts(700);
        Path out = folder.resolve("a.tokens");
        TokenFileHeader header = write(out, texts.iterator(), LETTERS, ended, 3);
        MappedTokens mapped = MappedTokens.open(out);
        assertThat(mapped.documents()).isEqualTo(700).isEqualTo(header.documents());
        assertThat(mapped.size()).isEqualTo(header.tokens());
        assertThat(header.width()).isEqualTo(TokenFileHeader.Width.U16);
        for (int i = 0; i < 700; i++) {
            int[] expected = LETTERS.ids(texts.get(i), Specials.SKIP);
            if (ended) {
                expected = Arrays.copyOf(expected, expected.length + 1);
                expected[expected.length - 1] = 2; // </s>
            }
            assertThat(mapped.copy(mapped.begin(i), (int) (mapped.end(i) - mapped.begin(i))))
                    .isEqualTo(expected);
            if (expected.length > 0) {
                assertThat(mapped.documentAt(mapped.begin(i))).isEqualTo(i);
                assertThat(mapped.documentAt(mapped.end(i) - 1)).isEqualTo(i);
            }
        }
        assertThat(mapped.characters())
                .isEqualTo(texts.stream()
                        .mapToLong(text -> text.codePointCount(0, text.length()))
                        .sum());
        MappedTokens some = mapped.documents(300, 100).documents(10, 20);
        assertThat(some.copy(0, (int) some.size()))
                .isEqualTo(mapped.copy(mapped.begin(310), (int) (mapped.end(329) - mapped.begin(310))));
        assertThat(some.characters())
                .isEqualTo(texts.subList(310, 330).stream()
                        .mapToLong(String::length)
                        .sum());
        Path single = folder.resolve("b.tokens");
        write(single, texts.iterator(), LETTERS, ended, 1);
        assertThat(single).hasSameBinaryContentAs(out);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("nothing else is left behind").containsExactlyInAnyOrder(out, single);
        }
    }

    @Test
    void aLargeVocabularyTakesFourBytes() {
        Tokenizer large = large();
        Path out = folder.resolve("a.tokens");
        String text = Character.toString(0x20000 + 49_999) + "一";
        TokenFileHeader header = write(out, List.of(text).iterator(), large, false, 1);
        assertThat(header.width()).isEqualTo(TokenFileHeader.Width.U32);
        assertThat(Arrays.stream(large.ids(text)).max().orElseThrow()).isGreaterThan(0xffff);
        assertThat(MappedTokens.open(out).copy(0, 2)).isEqualTo(large.ids(text));
    }

    @Test
    void anErrorInATextLeavesNoFile() throws IOException {
        Path out = folder.resolve("a.tokens");
        Iterator<String> broken = Stream.generate(() -> "abc").limit(100_000).iterator();
        assertThatThrownBy(() -> write(
                        out,
                        new Iterator<>() {
                            private int given;

                            @Override
                            public boolean hasNext() {
                                return true;
                            }

                            @Override
                            public String next() {
                                if (given++ == 90_000) {
                                    throw new IllegalArgumentException("x.jsonl, line 90001: no JSON");
                                }
                                return broken.next();
                            }
                        },
                        LETTERS,
                        false,
                        2))
                .hasMessage("x.jsonl, line 90001: no JSON");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        assertThatThrownBy(() -> write(out, List.of("", "").iterator(), LETTERS, false, 2))
                .hasMessage("the texts have no tokens; give at least one text that is not empty");
        assertThatThrownBy(() -> write(
                        out, List.of("a").iterator(), Tokenizer.characters(List.of("abc"), List.of("<unk>")), true, 2))
                .hasMessage("the tokenizer letters has no end token to set behind each document; leave it out with"
                        + " --no-end");
    }

    @Test
    void tokensOfAnotherTokenizerAreRefusedByName() {
        Path out = folder.resolve("a.tokens");
        write(out, texts(40).iterator(), LETTERS, true, 1);
        Tokenizer other = Tokenizer.characters(List.of("abc größer漢!"), TextModel.SPECIALS);
        List<MappedTokens> data = new TokenFile(out.toString(), Optional.empty(), 0.1).training(1);
        assertThatThrownBy(() -> new NextToken(3).build(other, data, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".*a\\.tokens was made with the tokenizer letters of 14 tokens \\(sha256"
                        + " [0-9a-f]{12}\\), but the run has one of 15 tokens \\([0-9a-f]{12}\\); give that one as"
                        + " words \\{type: GivenWords, path: \\.\\.\\.}, or tokenize the texts again");
        assertThatThrownBy(() -> new Characters().tokenizer(data.getFirst().texts(), List.of()))
                .hasMessageContaining("holds tokens and no texts a vocabulary could be learned from");
        new NextToken(3).build(Tokenizer.read(LETTERS.toJson()), data, data); // saved and read, it is the same
    }

    @Test
    void whatIsNoSoundFileOfTokensIsRefused() throws IOException {
        Path out = folder.resolve("a.tokens");
        write(out, texts(40).iterator(), LETTERS, true, 1);
        byte[] sound = Files.readAllBytes(out);
        for (int cut : new int[] {0, 1, 16, 4095, 4096, 4099, sound.length - 1}) {
            refused(Arrays.copyOf(sound, cut));
        }
        refused(Arrays.copyOf(sound, sound.length + 1));
        String head = new String(sound, 0, 4096, StandardCharsets.UTF_8);
        refused(changed(sound, head.replace("tokens 1\n", "tokens 2\n")));
        refused(changed(sound, head.replace("\"u16\"", "\"u32\"")));
        refused(changed(sound, head.replace("\"documents\" : 40", "\"documents\" : 41")));
        refused(changed(sound, head.replace("\"documents\" : 40", "\"documents\" : -4")));
        refused(changed(sound, head.replace("\"tokens\"", "\"token\"")));
        byte[] strange = sound.clone();
        strange[4096] = 99;
        MappedTokens opened = MappedTokens.open(Files.write(folder.resolve("strange.tokens"), strange));
        assertThatThrownBy(() -> opened.copy(0, 3))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("strange.tokens: has at byte 4096 the token 99 of 14");
        byte[] astray = sound.clone();
        astray[sound.length - 16 + 7] = -1; // where the last document ends
        refused(astray);
        assertThatThrownBy(() -> MappedTokens.open(folder.resolve("none.tokens")))
                .hasMessageContaining("none.tokens: no such file");
        assertThatThrownBy(() -> new MappedTokensOfOne().cut()).hasMessageContaining("give data.heldOutPath");
    }

    private final class MappedTokensOfOne {
        void cut() {
            Path out = folder.resolve("one.tokens");
            write(out, List.of("abc").iterator(), LETTERS, true, 1);
            new TokenFile(out.toString(), Optional.empty(), 0.1).training(1);
        }
    }

    private static byte[] changed(byte[] sound, String head) {
        byte[] changed = sound.clone();
        byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, changed, 0, Math.min(bytes.length, 4096));
        return changed;
    }

    private void refused(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("bad.tokens"), bytes);
        assertThatThrownBy(() -> MappedTokens.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void someDocumentsAtTheEndAreHeldOut() {
        Path out = folder.resolve("a.tokens");
        List<String> texts = texts(400);
        write(out, texts.iterator(), LETTERS, true, 2);
        TokenFile data = new TokenFile(out.toString(), Optional.empty(), 0.25);
        MappedTokens all = MappedTokens.open(out);
        MappedTokens training = data.training(1).getFirst();
        MappedTokens heldOut = data.heldOut(1).getFirst();
        assertThat(training.size() + heldOut.size()).isEqualTo(all.size());
        assertThat(heldOut.copy(0, 5)).isEqualTo(all.copy(training.size(), 5));
        assertThat((double) heldOut.size() / all.size()).isBetween(0.15, 0.5); // a document may be 90,000 of 800,000
    }

    /// From the file of tokens as from the texts: the same weights, to the bit.
    @Test
    void learningFromTokensIsLearningFromTheirTexts() throws IOException {
        List<String> texts = texts(60).stream()
                .filter(text -> !text.isEmpty() && text.length() < 100)
                .toList();
        Path lines = Files.writeString(folder.resolve("a.txt"), String.join("\n", texts));
        Path words = folder.resolve("letters.json");
        LETTERS.save(words);
        Path tokens = folder.resolve("a.tokens");
        write(tokens, texts.iterator(), Tokenizer.load(words), false, 2);
        String recipe = """
                model: {type: Gpt, layers: 1, width: 8, heads: 2, dropout: 0.1}
                objective: {type: NextToken, length: 11}
                schedule: {type: Constant, rate: 0.01}
                steps: 12
                batch: 3
                threads: 1
                words: {type: GivenWords, path: '%s'}
                """.formatted(words);
        train(recipe + "data: {type: LineFile, path: '%s', heldOutPath: '%s'}".formatted(lines, lines), "texts");
        train(recipe + "data: {type: TokenFile, path: '%s', heldOutPath: '%s'}".formatted(tokens, tokens), "tokens");
        assertThat(folder.resolve("tokens/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("texts/model.safetensors"));
        assertThat(folder.resolve("tokens/metrics.jsonl")).content().contains("validation");
    }

    private Trainer.Outcome train(String recipe, String run) {
        return new Trainer(Recipe.parse(recipe, List.of()), RunFolder.create(folder.resolve(run)), Progress.silent())
                .run();
    }

    /// Thirty megabytes of tokens are written, packed, and learned from by a process with a heap of 24.
    @Test
    void dataLargerThanMemoryIsTokenizedAndLearnedFrom() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Large.class.getName(),
                folder.toString()));
        Path said = folder.resolve("said.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(said)).isZero();
        assertThat(said).content().contains("15000000 tokens", "learned 3 steps");
        assertThat(Files.size(folder.resolve("large.tokens"))).isGreaterThan(30_000_000);
    }

    static final class Large {
        public static void main(String[] arguments) {
            Path folder = Path.of(arguments[0]);
            Tokenizer letters = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);
            letters.save(folder.resolve("letters.json"));
            Path out = folder.resolve("large.tokens");
            String text = "abcacb".repeat(250).substring(0, 1_499); // and its end
            TokenFileHeader header =
                    write(out, Stream.generate(() -> text).limit(10_000).iterator(), letters, true, 2);
            System.out.println(header.tokens() + " tokens");
            for (String packing : List.of("running", "best-fit")) {
                String recipe = """
                        data: {type: TokenFile, path: '%s', heldOutShare: 0.0002}
                        words: {type: GivenWords, path: '%s'}
                        model: {type: Gpt, layers: 1, width: 8, heads: 2, dropout: 0, documents: apart}
                        objective: {type: NextToken, length: 8, documents: apart, packing: %s}
                        schedule: {type: Constant, rate: 0.01}
                        steps: 3
                        batch: 3
                        threads: 1
                        """.formatted(out, folder.resolve("letters.json"), packing);
                if (packing.equals("best-fit")) {
                    recipe = recipe.replace("length: 8", "length: 1024");
                }
                new Trainer(
                                Recipe.parse(recipe, List.of()),
                                RunFolder.create(folder.resolve(packing)),
                                Progress.silent())
                        .run();
            }
            System.out.println("learned 3 steps");
        }
    }
}
