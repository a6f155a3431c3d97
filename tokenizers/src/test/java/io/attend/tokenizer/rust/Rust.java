package io.attend.tokenizer.rust;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// Hugging Face's Rust library with the same `tokenizer.json` as ours, to hold the one against the other.
final class Rust implements AutoCloseable {
    final Tokenizer ours;
    final HuggingFaceTokenizer theirs;

    Rust(Pipeline pipeline) {
        ours = Tokenizer.of(pipeline);
        try {
            theirs = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(ours.toJson().getBytes(StandardCharsets.UTF_8)),
                    Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Ids, types, words, offsets and decoded text are equal.
    void same(String text) {
        compare(text, ours.encode(text), theirs.encode(text));
        assertThat(ours.ids(text))
                .as("ids alone of \"%s\"", text)
                .isEqualTo(ours.encode(text).ids());
        long[] ids = Arrays.stream(ours.ids(text)).asLongStream().toArray();
        assertThat(ours.decode(ours.ids(text))).as("decoded \"%s\"", text).isEqualTo(theirs.decode(ids, true));
    }

    void same(String first, String second) {
        compare(first + "|" + second, ours.encode(first, second), theirs.encode(first, second));
    }

    private static void compare(String text, Encoding mine, ai.djl.huggingface.tokenizers.Encoding theirs) {
        int[] ids = ints(theirs.getIds());
        if (Arrays.equals(mine.ids(), ids)
                && Arrays.equals(mine.typeIds(), ints(theirs.getTypeIds()))
                && Arrays.equals(mine.specialMask(), ints(theirs.getSpecialTokenMask()))
                && Arrays.equals(mine.words(), ints(theirs.getWordIds()))
                && Arrays.equals(offsets(mine), offsets(theirs))) {
            return;
        }
        String shown = text.codePoints()
                .mapToObj(c -> c >= 0x20 && c < 0x7F ? Character.toString(c) : "{%x}".formatted(c))
                .collect(java.util.stream.Collectors.joining());
        assertThat(mine.ids()).as("ids of %s", shown).isEqualTo(ids);
        assertThat(mine.words()).as("words of %s", shown).isEqualTo(ints(theirs.getWordIds()));
        assertThat(mine.typeIds()).as("types of %s", shown).isEqualTo(ints(theirs.getTypeIds()));
        assertThat(offsets(mine)).as("offsets of %s", shown).isEqualTo(offsets(theirs));
        assertThat(mine.specialMask()).as("specials of %s", shown).isEqualTo(ints(theirs.getSpecialTokenMask()));
    }

    private static String[] offsets(Encoding encoding) {
        String[] offsets = new String[encoding.size()];
        int[] words = encoding.words();
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = words[i] < 0 ? "-" : encoding.codePointStart(i) + ":" + encoding.codePointEnd(i);
        }
        return offsets;
    }

    private static String[] offsets(ai.djl.huggingface.tokenizers.Encoding encoding) {
        CharSpan[] spans = encoding.getCharTokenSpans();
        long[] words = encoding.getWordIds();
        String[] offsets = new String[spans.length];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = words[i] < 0 || spans[i] == null ? "-" : spans[i].getStart() + ":" + spans[i].getEnd();
        }
        return offsets;
    }

    private static int[] ints(long[] longs) {
        return Arrays.stream(longs).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public void close() {
        theirs.close();
    }
}
