package io.attend.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Unigram;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.normalizer.Lowercase;
import io.attend.tokenizer.normalizer.Nfc;
import io.attend.tokenizer.normalizer.Prepend;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.Sequence;
import io.attend.tokenizer.postprocessor.TemplateProcessing;
import io.attend.tokenizer.pretokenizer.Metaspace;
import io.attend.tokenizer.pretokenizer.WhitespaceSplit;
import io.attend.tokenizer.pretokenizer.Words;
import io.attend.tokenizer.text.Pattern;
import io.attend.tokenizer.trainer.BpeTrainer;
import io.attend.tokenizer.trainer.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written into a GGUF file and read again gives the same ids, or is refused.
class GgufVocabularyTest {
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "Attention is all you need.",
            "  two spaces,\ttabs\n\nand lines  ",
            "don't we'll I'VE 12 345 6789012",
            "naïve café — “quotes” … 北京 東京 😀 e\u0301",
            "<s> inside </s> and <|end|> <|endoftext|>x",
            "an unknown \u0e01\u0e34 word ▁ here");

    @TempDir
    private Path folder;

    private Tokenizer again(Tokenizer tokenizer, int rows) throws IOException {
        Map<String, GgufValue> values = GgufVocabulary.of(tokenizer, rows);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(number(4, GgufHead.MAGIC));
        out.writeBytes(number(4, 3));
        out.writeBytes(number(8, 0));
        out.writeBytes(number(8, values.size()));
        values.forEach((key, value) -> {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(number(8, name.length));
            out.writeBytes(name);
            value.write(out);
        });
        Path file = folder.resolve("vocabulary.gguf");
        Files.write(file, out.toByteArray());
        return Tokenizer.load(file);
    }

    private static byte[] number(int bytes, long number) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return (bytes == 4 ? buffer.putInt((int) number) : buffer.putLong(number)).array();
    }

    private void assertSame(Tokenizer before) throws IOException {
        Tokenizer after = again(before, before.size() + 3);
        for (String text : TEXTS) {
            for (Specials specials : Specials.values()) {
                assertThat(after.ids(text, specials)).as("%s", text).isEqualTo(before.ids(text, specials));
            }
            assertThat(after.encode(text, "second").ids())
                    .as("%s and a second", text)
                    .isEqualTo(before.encode(text, "second").ids());
            assertThat(after.decode(before.ids(text))).as("%s", text).isEqualTo(before.decode(before.ids(text)));
        }
        assertThat(after.bos()).isEqualTo(before.bos());
        assertThat(after.eos()).isEqualTo(before.eos());
        assertThat(after.pad()).isEqualTo(before.pad());
        assertThat(after.size()).isEqualTo(before.size() + 3);
        assertThat(after.token(before.size())).isEqualTo("[PAD" + before.size() + "]");
    }

    private static Tokenizer trained(Words words) {
        Pipeline around = new Pipeline(new Bpe(Vocabulary.of(List.of()), List.of()))
                .with(words.preTokenizer(false))
                .with(new io.attend.tokenizer.decoder.ByteLevel(false, true, true));
        return Tokenizer.train(
                around, BpeTrainer.bytes(300, List.of("<|endoftext|>", "<s>", "</s>")), TEXTS, Progress.NONE);
    }

    static Stream<Words> words() {
        return Words.names().stream()
                .map(name -> Words.named(name).orElseThrow())
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("words")
    void byteLevelMergesWithEveryKnownRuleForWords(Words words) throws IOException {
        Tokenizer plain = trained(words);
        boolean qwen = words.equals(Words.QWEN2);
        Bpe model = (Bpe) plain.pipeline().model();
        Pipeline pipeline =
                words.equals(Words.LLAMA3) || words.equals(Words.named("tekken").orElseThrow())
                        ? plain.pipeline().with(model.ignoringMerges())
                        : plain.pipeline();
        assertSame(Tokenizer.of(qwen ? pipeline.with(new Nfc()) : pipeline));
        assertSame(Tokenizer.of(surrounded(pipeline)));
    }

    private static Pipeline surrounded(Pipeline pipeline) {
        Tokenizer tokenizer = Tokenizer.of(pipeline);
        var begin = new TemplateProcessing.Special("<s>", 0);
        var first = new TemplateProcessing.Sequence(TemplateProcessing.Text.A, 0);
        var second = new TemplateProcessing.Sequence(TemplateProcessing.Text.B, 0);
        return pipeline.with(new TemplateProcessing(
                List.of(begin, first),
                List.of(begin, first, begin, second),
                Map.of(
                        "<s>",
                        new TemplateProcessing.SpecialToken(
                                "<s>", tokenizer.id("<s>").orElseThrow()))));
    }

    /// SentencePiece's merges as Hugging Face's files have them, in the three ways of writing spaces.
    @Test
    void piecesWithScoresInsteadOfMerges() throws IOException {
        List<SentencePieceModel.Piece> pieces = new ArrayList<>();
        pieces.add(new SentencePieceModel.Piece("<unk>", 0, SentencePieceModel.Kind.UNKNOWN));
        pieces.add(new SentencePieceModel.Piece("<s>", 0, SentencePieceModel.Kind.CONTROL));
        pieces.add(new SentencePieceModel.Piece("</s>", 0, SentencePieceModel.Kind.CONTROL));
        for (int b = 0; b < 256; b++) {
            pieces.add(new SentencePieceModel.Piece("<0x%02X>".formatted(b), 0, SentencePieceModel.Kind.BYTE));
        }
        List<String> words = List.of("▁t", "en", "▁a", "ti", "on", "▁at", "▁an", "▁the", "ee", "ll", "tion", "▁▁");
        float score = 0;
        for (String word : words) {
            pieces.add(new SentencePieceModel.Piece(word, -7.5f * score++, SentencePieceModel.Kind.NORMAL));
        }
        for (String letter : "▁abcdehilnostuwy.,12".split("")) {
            pieces.add(new SentencePieceModel.Piece(letter, -7.5f * score++, SentencePieceModel.Kind.NORMAL));
        }
        Bpe model = SentencePieceModel.bpe(pieces, 0, true);
        Replace spaces = new Replace(new Pattern.Literal(" "), "▁");
        Pipeline bare = new Pipeline(model)
                .with(List.of(
                        new AddedToken(0, "<unk>", false, false, false, false, true),
                        AddedToken.special(1, "<s>"),
                        AddedToken.special(2, "</s>")));
        for (boolean prefix : new boolean[] {true, false}) {
            Pipeline exact = bare.with(new io.attend.tokenizer.normalizer.SentencePiece("", prefix, false, true))
                    .with(new io.attend.tokenizer.decoder.SentencePiece("<unk>", " ⁇ ", prefix, false));
            assertSame(Tokenizer.of(surrounded(exact)));
            Pipeline steps = bare.with(prefix ? new Sequence(List.of(new Prepend("▁"), spaces)) : spaces);
            Tokenizer before = Tokenizer.of(surrounded(steps));
            Tokenizer after = again(before, before.size());
            for (String text : TEXTS) {
                assertThat(after.ids(text)).as("%s", text).isEqualTo(before.ids(text));
            }
        }
        Tokenizer first = Tokenizer.of(bare.with(new Metaspace("▁", Metaspace.PrependScheme.FIRST, false)));
        assertThatThrownBy(() -> GgufVocabulary.of(first, first.size()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prependScheme=FIRST");
        Bpe reversed = new Bpe(
                model.dropout(),
                model.unkToken(),
                model.continuingSubwordPrefix(),
                model.endOfWordSuffix(),
                true,
                true,
                false,
                model.vocabulary(),
                model.merges().subList(1, model.merges().size()));
        Tokenizer gap = Tokenizer.of(bare.with(reversed).with(spaces));
        assertThatThrownBy(() -> GgufVocabulary.of(gap, gap.size()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no scores of its tokens give");
    }

    private static Tokenizer bert(boolean lowercase, String... more) {
        List<String> tokens = new ArrayList<>(List.of(
                "[PAD]",
                "[unused0]",
                "[UNK]",
                "[CLS]",
                "[SEP]",
                "[MASK]",
                "attention",
                "is",
                "all",
                "you",
                "need",
                "."));
        tokens.addAll(List.of("##s", "##tion", "a", "##n", "##e", "i", "##l", "北", "京", "[", "]", "▁", "1", "##2"));
        tokens.addAll(List.of(more));
        return Tokenizer.of(VocabularyText.bert(Vocabulary.of(tokens), lowercase));
    }

    @Test
    void wordPieces() throws IOException {
        assertSame(bert(true));
        assertSame(bert(false, "Attention"));
        Tokenizer uncertain = bert(false);
        assertThatThrownBy(() -> GgufVocabulary.of(uncertain, uncertain.size()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lowercase=false");
    }

    @Test
    void whatGgufCannotSayIsNamed() {
        Tokenizer bytes = trained(Words.GPT2);
        Pipeline pipeline = bytes.pipeline();
        assertRefused(Tokenizer.of(pipeline.with(new WhitespaceSplit())), "WhitespaceSplit");
        assertRefused(Tokenizer.of(pipeline.with(new Lowercase())), "Lowercase");
        assertRefused(
                Tokenizer.of(
                        pipeline.with(List.of(new AddedToken(0, "<|endoftext|>", false, true, false, false, true)))),
                "<|endoftext|>");
        assertRefused(
                Tokenizer.of(
                        new Pipeline(new Unigram(OptionalInt.of(0), List.of(new Unigram.Scored("<unk>", 0)), false))),
                "Unigram");
        assertThatThrownBy(() -> GgufVocabulary.of(bytes, bytes.size() - 1))
                .hasMessageContaining("but the model has only " + (bytes.size() - 1));
        var text = new TemplateProcessing.Sequence(TemplateProcessing.Text.A, 0);
        var begin = new TemplateProcessing.Special("<s>", 0);
        assertRefused(
                Tokenizer.of(pipeline.with(new TemplateProcessing(
                        List.of(begin, begin, text),
                        List.of(text),
                        Map.of("<s>", new TemplateProcessing.SpecialToken("<s>", 1))))),
                "around a text");
    }

    private static void assertRefused(Tokenizer tokenizer, String named) {
        assertThatThrownBy(() -> GgufVocabulary.of(tokenizer, tokenizer.size()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("GGUF cannot hold this tokenizer: ")
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ggml-vocab-gpt-2.gguf",
                "ggml-vocab-mpt.gguf",
                "ggml-vocab-falcon.gguf",
                "ggml-vocab-deepseek-llm.gguf",
                "ggml-vocab-llama-spm.gguf",
                "ggml-vocab-bert-bge.gguf",
                "llama2-tokenizer.model"
            })
    void publishedVocabularies(String name) throws IOException {
        assertSame(Tokenizer.load(SharedData.file("tokenizers/" + name)));
    }

    @Test
    void theChatTemplateGoesAlong() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, trained(Words.GPT2).toJson());
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}!");
        Tokenizer again = again(Tokenizer.load(file), 400);
        assertThat(again.chatTemplate().map(template -> template.source()))
                .isEqualTo(Optional.of("{{ messages[0].content }}!"));
    }
}
