package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.json.Json;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.postprocessor.PostProcessor;
import io.attend.tokenizer.pretokenizer.PreTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every variant of every family reads the JSON that Hugging Face writes and writes it back unchanged; the text
/// below is the format. A variant without an example fails here.
class ContractTest {
    private static final Map<Class<?>, List<String>> EXAMPLES = new LinkedHashMap<>();

    static {
        EXAMPLES.put(
                Normalizer.class,
                List.of(
                        "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":true}",
                        "{\"type\":\"ByteLevel\"}",
                        "{\"type\":\"Lowercase\"}",
                        "{\"type\":\"NFC\"}",
                        "{\"type\":\"NFD\"}",
                        "{\"type\":\"NFKC\"}",
                        "{\"type\":\"NFKD\"}",
                        "{\"type\":\"Nmt\"}",
                        "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"\"}",
                        "{\"type\":\"Prepend\",\"prepend\":\"▁\"}",
                        "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}",
                        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"\\\\d+\"},\"content\":\"\"}",
                        "{\"type\":\"SentencePiece\",\"precompiled_charsmap\":\"\",\"add_dummy_prefix\":true,\"remove_extra_whitespaces\":true,\"escape_whitespaces\":true}",
                        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFD\"},{\"type\":\"StripAccents\"}]}",
                        "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":false}",
                        "{\"type\":\"StripAccents\"}"));
        EXAMPLES.put(
                PreTokenizer.class,
                List.of(
                        "{\"type\":\"BertPreTokenizer\"}",
                        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}",
                        "{\"type\":\"CharDelimiterSplit\",\"delimiter\":\"|\"}",
                        "{\"type\":\"Digits\",\"individual_digits\":true}",
                        "{\"type\":\"FixedLength\",\"length\":5}",
                        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\",\"split\":false}",
                        "{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}",
                        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"}]}",
                        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\s\"},\"behavior\":\"MergedWithPrevious\",\"invert\":false}",
                        "{\"type\":\"UnicodeScripts\"}",
                        "{\"type\":\"Whitespace\"}",
                        "{\"type\":\"WhitespaceSplit\"}"));
        EXAMPLES.put(
                Model.class,
                List.of(
                        "{\"type\":\"BPE\",\"dropout\":0.1,\"unk_token\":null,\"continuing_subword_prefix\":null,\"end_of_word_suffix\":\"</w>\",\"fuse_unk\":false,\"byte_fallback\":true,\"ignore_merges\":false,\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[[\"a\",\"b\"]]}",
                        "{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"<unk>\",0.0],[\"a\",-1.5]],\"byte_fallback\":false}",
                        "{\"type\":\"WordLevel\",\"vocab\":{\"<unk>\":0,\"a\":1},\"unk_token\":\"<unk>\"}",
                        "{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":100,\"vocab\":{\"[UNK]\":0}}"));
        EXAMPLES.put(
                PostProcessor.class,
                List.of(
                        "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",102],\"cls\":[\"[CLS]\",101]}",
                        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":false,\"use_regex\":true}",
                        "{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",2],\"cls\":[\"<s>\",0],\"trim_offsets\":true,\"add_prefix_space\":true}",
                        "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"BertProcessing\",\"sep\":[\"s\",1],\"cls\":[\"c\",0]}]}",
                        "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[1],\"tokens\":[\"<s>\"]}}}"));
        EXAMPLES.put(
                Decoder.class,
                List.of(
                        "{\"type\":\"BPEDecoder\",\"suffix\":\"</w>\"}",
                        "{\"type\":\"ByteFallback\"}",
                        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}",
                        "{\"type\":\"CTC\",\"pad_token\":\"<pad>\",\"word_delimiter_token\":\"|\",\"cleanup\":true}",
                        "{\"type\":\"Fuse\"}",
                        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"always\",\"split\":true}",
                        "{\"type\":\"Replace\",\"pattern\":{\"String\":\"▁\"},\"content\":\" \"}",
                        "{\"type\":\"SentencePiece\",\"unk_piece\":\"<unk>\",\"unk_surface\":\" ⁇"
                                + " \",\"add_dummy_prefix\":true,\"remove_extra_whitespaces\":false}",
                        "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Fuse\"}]}",
                        "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}",
                        "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}"));
    }

    static Stream<Class<?>> families() {
        return EXAMPLES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyVariantReadsAndWritesItsJson(Class<?> family) {
        List<Class<?>> missing = new ArrayList<>(Arrays.asList(family.getPermittedSubclasses()));
        for (String json : EXAMPLES.get(family)) {
            Object variant = Json.read(family, Json.parse(json, "example"), "$");
            assertThat(Json.write(variant)).isEqualTo(Json.parse(json, "example"));
            missing.remove(variant.getClass());
        }
        assertThat(missing).as("variants without an example").isEmpty();
    }

    /// What older writers left is understood.
    @Test
    void oldFilesAreRead() {
        assertThat(Json.read(
                        PreTokenizer.class,
                        Json.parse(
                                "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"str_rep\":\"▁\",\"add_prefix_space\":false}",
                                ""),
                        "$"))
                .isEqualTo(new io.attend.tokenizer.pretokenizer.Metaspace(
                        "▁", io.attend.tokenizer.pretokenizer.Metaspace.PrependScheme.NEVER, true));
        assertThat(Json.read(
                        Model.class,
                        Json.parse("{\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}", ""),
                        "$"))
                .isInstanceOf(io.attend.tokenizer.model.Bpe.class);
        assertThat(Json.read(Model.class, Json.parse("{\"vocab\":{\"a\":0},\"unk_token\":\"a\"}", ""), "$"))
                .isInstanceOf(io.attend.tokenizer.model.WordLevel.class);
    }
}
