package io.attend.tokenizer.rust;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.normalizer.BertNormalizer;
import io.attend.tokenizer.normalizer.Lowercase;
import io.attend.tokenizer.normalizer.Nfc;
import io.attend.tokenizer.normalizer.Nfd;
import io.attend.tokenizer.normalizer.Nfkc;
import io.attend.tokenizer.normalizer.Nfkd;
import io.attend.tokenizer.normalizer.Nmt;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.normalizer.Prepend;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.Strip;
import io.attend.tokenizer.normalizer.StripAccents;
import io.attend.tokenizer.postprocessor.NamedToken;
import io.attend.tokenizer.postprocessor.PostProcessor;
import io.attend.tokenizer.postprocessor.RobertaProcessing;
import io.attend.tokenizer.pretokenizer.Behavior;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import io.attend.tokenizer.pretokenizer.ByteLevel;
import io.attend.tokenizer.pretokenizer.CharDelimiterSplit;
import io.attend.tokenizer.pretokenizer.Digits;
import io.attend.tokenizer.pretokenizer.FixedLength;
import io.attend.tokenizer.pretokenizer.Metaspace;
import io.attend.tokenizer.pretokenizer.PreTokenizer;
import io.attend.tokenizer.pretokenizer.Punctuation;
import io.attend.tokenizer.pretokenizer.Sequence;
import io.attend.tokenizer.pretokenizer.Split;
import io.attend.tokenizer.pretokenizer.UnicodeScripts;
import io.attend.tokenizer.pretokenizer.Whitespace;
import io.attend.tokenizer.pretokenizer.WhitespaceSplit;
import io.attend.tokenizer.pretokenizer.Words;
import io.attend.tokenizer.text.Bytes;
import io.attend.tokenizer.text.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every normalizer and pre-tokenizer, one by one, equals the Rust library's. The model writes bytes, so that
/// its ids are the normalized text, its words the pieces and its offsets the alignment.
class VariantsTest {
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000) / 10;

    private static Bpe bytes() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "</s>", "<s>", "<mask>"));
        for (int b = 0; b < 256; b++) {
            tokens.add("<0x%02X>".formatted(b));
        }
        return new Bpe(
                OptionalDouble.empty(),
                Optional.of("<unk>"),
                Optional.empty(),
                Optional.empty(),
                true,
                true,
                false,
                Vocabulary.of(tokens),
                List.of());
    }

    static Stream<Normalizer> normalizers() {
        return Stream.of(
                new BertNormalizer(true, true, Optional.empty(), true),
                new BertNormalizer(true, true, Optional.of(false), true),
                new BertNormalizer(true, true, Optional.of(true), false),
                new BertNormalizer(false, true, Optional.empty(), true),
                new BertNormalizer(true, false, Optional.empty(), false),
                new io.attend.tokenizer.normalizer.ByteLevel(),
                new Lowercase(),
                new Nfc(),
                new Nfd(),
                new Nfkc(),
                new Nfkd(),
                new Nmt(),
                new Prepend("▁x"),
                new Replace(new Pattern.Literal(" "), "▁"),
                new Replace(new Pattern.Literal("a"), "xyz"),
                new Replace(new Pattern.Regex("\\s+"), " "),
                new Replace(new Pattern.Regex("\\p{L}{2,3}"), ""),
                new Strip(true, true),
                new Strip(true, false),
                new Strip(false, true),
                new StripAccents(),
                new io.attend.tokenizer.normalizer.Sequence(List.of(new Nfd(), new Lowercase(), new StripAccents())),
                new io.attend.tokenizer.normalizer.Sequence(
                        List.of(new Nfkc(), new Strip(true, true), new Prepend("_"), new Nfd())));
    }

    @ParameterizedTest
    @MethodSource("normalizers")
    void normalizer(Normalizer normalizer) {
        compare(new Pipeline(bytes()).with(normalizer));
    }

    static Stream<PreTokenizer> preTokenizers() {
        Pattern words = new Pattern.Regex("\\w+");
        return Stream.of(
                        Arrays.stream(Behavior.values()).map(b -> new Split(words, b, false)),
                        Arrays.stream(Behavior.values()).map(b -> new Split(words, b, true)),
                        Arrays.stream(Behavior.values()).map(b -> new Split(new Pattern.Literal(" "), b, false)),
                        Arrays.stream(Behavior.values()).map(Punctuation::new),
                        Stream.of(
                                        "gpt2",
                                        "llama3",
                                        "qwen2",
                                        "gpt-4o",
                                        "falcon",
                                        "starcoder",
                                        "deepseek-coder",
                                        "deepseek-v3")
                                .map(name -> Words.named(name).orElseThrow())
                                .map(VariantsTest::splits),
                        Stream.of(
                                new BertPreTokenizer(),
                                new CharDelimiterSplit("a"),
                                new CharDelimiterSplit("\u3000"),
                                new Digits(true),
                                new Digits(false),
                                new FixedLength(3),
                                new Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true),
                                new Metaspace("▁", Metaspace.PrependScheme.FIRST, true),
                                new Metaspace("▁", Metaspace.PrependScheme.NEVER, true),
                                new Metaspace("_", Metaspace.PrependScheme.ALWAYS, false),
                                new UnicodeScripts(),
                                new Whitespace(),
                                new WhitespaceSplit(),
                                new Sequence(List.of(
                                        new WhitespaceSplit(), new Digits(true), new Punctuation(Behavior.ISOLATED))),
                                new Sequence(List.of(
                                        new WhitespaceSplit(),
                                        new Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true))),
                                new Sequence(List.of(
                                        new UnicodeScripts(),
                                        new Metaspace("▁", Metaspace.PrependScheme.FIRST, false)))))
                .flatMap(s -> s);
    }

    private static PreTokenizer splits(Words words) {
        return new Sequence(words.expressions().stream()
                .map(e -> (PreTokenizer) new Split(new Pattern.Regex(e), Behavior.ISOLATED, false))
                .toList());
    }

    @ParameterizedTest
    @MethodSource("preTokenizers")
    void preTokenizer(PreTokenizer preTokenizer) {
        compare(new Pipeline(bytes()).with(preTokenizer));
    }

    @ParameterizedTest
    @MethodSource("preTokenizers")
    void preTokenizerAfterNormalizer(PreTokenizer preTokenizer) {
        compare(new Pipeline(bytes())
                .with(new io.attend.tokenizer.normalizer.Sequence(List.of(new Nfkd(), new Strip(true, true))))
                .with(preTokenizer));
    }

    static Stream<PostProcessor> byteLevels() {
        return Stream.of(
                new io.attend.tokenizer.postprocessor.ByteLevel(true, true, true),
                new io.attend.tokenizer.postprocessor.ByteLevel(false, true, true),
                new io.attend.tokenizer.postprocessor.ByteLevel(true, false, true),
                new RobertaProcessing(new NamedToken("</s>", 1), new NamedToken("<s>", 2), true, true),
                new RobertaProcessing(new NamedToken("</s>", 1), new NamedToken("<s>", 2), false, false),
                new io.attend.tokenizer.postprocessor.Sequence(List.of(
                        new io.attend.tokenizer.postprocessor.ByteLevel(false, true, true),
                        new io.attend.tokenizer.postprocessor.BertProcessing(
                                new NamedToken("</s>", 1), new NamedToken("<s>", 2)))));
    }

    @ParameterizedTest
    @MethodSource("byteLevels")
    void postProcessor(PostProcessor postProcessor) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "</s>", "<s>", "<mask>"));
        for (int b = 0; b < 256; b++) {
            tokens.add(Character.toString(Bytes.charOf(b)));
        }
        List<io.attend.tokenizer.model.Merge> merges = new ArrayList<>();
        for (String pair : List.of("Ġ Ġ", "Ġ a", "a Ġ", "ĠĠ a", "Ċ Ġ", "h e")) {
            merges.add(io.attend.tokenizer.model.Merge.ofLine(pair, "merges"));
            tokens.add(pair.replace(" ", ""));
        }
        compare(new Pipeline(new Bpe(Vocabulary.of(tokens), merges))
                .with(new ByteLevel(true, true, true))
                .with(postProcessor)
                .with(new io.attend.tokenizer.decoder.ByteLevel(true, true, true)));
    }

    @ParameterizedTest
    @MethodSource("addedTokens")
    void addedTokens(List<AddedToken> added) {
        compare(new Pipeline(bytes())
                .with(new io.attend.tokenizer.normalizer.Sequence(List.of(new Lowercase(), new Nfd())))
                .with(new Metaspace("▁", Metaspace.PrependScheme.FIRST, true))
                .with(added));
    }

    static Stream<List<AddedToken>> addedTokens() {
        return java.util.stream.IntStream.range(0, 32)
                .mapToObj(bits -> List.of(
                        added(1, "</s>", bits),
                        added(2, "<s>", 3 * bits),
                        added(260, "he", 5 * bits),
                        added(261, "Hello", 7 * bits),
                        added(262, "é", 11 * bits),
                        added(263, "lo", 16 | 13 * bits)));
    }

    static Stream<Decoder> decoders() {
        return Stream.of(
                new io.attend.tokenizer.decoder.Bpe("</w>"),
                new io.attend.tokenizer.decoder.ByteFallback(),
                new io.attend.tokenizer.decoder.ByteLevel(true, true, true),
                new io.attend.tokenizer.decoder.Ctc("<pad>", "|", true),
                new io.attend.tokenizer.decoder.Ctc("<pad>", "|", false),
                new io.attend.tokenizer.decoder.Fuse(),
                new io.attend.tokenizer.decoder.Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true),
                new io.attend.tokenizer.decoder.Metaspace("▁", Metaspace.PrependScheme.NEVER, true),
                new io.attend.tokenizer.decoder.Replace(new Pattern.Literal("▁"), " "),
                new io.attend.tokenizer.decoder.Replace(new Pattern.Regex("a+"), "<>"),
                new io.attend.tokenizer.decoder.WordPiece("##", true),
                new io.attend.tokenizer.decoder.WordPiece("##", false),
                new io.attend.tokenizer.decoder.Sequence(List.of(
                        new io.attend.tokenizer.decoder.Replace(new Pattern.Literal("▁"), " "),
                        new io.attend.tokenizer.decoder.ByteFallback(),
                        new io.attend.tokenizer.decoder.Fuse(),
                        new io.attend.tokenizer.decoder.Strip(" ", 1, 0))));
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void decoder(Decoder decoder) {
        List<String> tokens = List.of(
                "<unk>", "a", "▁a", "##ing", "▁", "Ġthe", "Ċ", "<0xE3>", "<0x81>", "<0x82>", "<0x41>", "w</w>", "|",
                "<pad>", "aaa", " '", "s", ".", " do not", "n't", "é", "😀", "Ãī", "<0xZZ>", "▁▁");
        SplittableRandom random = new SplittableRandom(31);
        Pipeline pipeline = new Pipeline(new io.attend.tokenizer.model.WordLevel(Vocabulary.of(tokens), "<unk>"))
                .with(List.of(AddedToken.special(0, "<unk>")))
                .with(decoder);
        try (Rust rust = new Rust(pipeline)) {
            for (int i = 0; i < RANDOM; i++) {
                int[] ids = random.ints(random.nextInt(1, 12), 0, tokens.size()).toArray();
                long[] longs = Arrays.stream(ids).asLongStream().toArray();
                assertThat(rust.ours.decode(ids)).isEqualTo(rust.theirs.decode(longs, true));
                assertThat(rust.ours.decode(ids, Specials.KEEP)).isEqualTo(rust.theirs.decode(longs, false));
            }
        }
    }

    private static AddedToken added(int id, String content, int bits) {
        return new AddedToken(
                id, content, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
    }

    private static void compare(Pipeline pipeline) {
        SplittableRandom random = new SplittableRandom(11);
        try (Rust rust = new Rust(pipeline)) {
            for (int i = 0; i < RANDOM; i++) {
                rust.same(RandomText.next(random));
            }
            rust.same("");
            rust.same(RandomText.next(random), RandomText.next(random));
        }
    }
}
