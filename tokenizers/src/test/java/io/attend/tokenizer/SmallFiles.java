package io.attend.tokenizer;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Small tokenizer files, written byte by byte as their formats say.
final class SmallFiles {
    private SmallFiles() {}

    /// Pieces, a trainer that says unigram, and a normalizer without a map.
    static byte[] sentencePiece() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        List<String> pieces = List.of("<unk>", "<s>", "</s>", "▁", "a", "b", "ab", "▁the", "f", "o", "x");
        for (int i = 0; i < pieces.size(); i++) {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            field(piece, 1, pieces.get(i).getBytes(StandardCharsets.UTF_8));
            int score = Integer.reverseBytes(Float.floatToIntBits(-i));
            piece.write(2 << 3 | 5);
            for (int shift = 24; shift >= 0; shift -= 8) {
                piece.write(score >>> shift);
            }
            piece.write(3 << 3);
            piece.write(i == 0 ? 2 : i < 3 ? 3 : 1);
            field(file, 1, piece.toByteArray());
        }
        field(file, 2, new byte[] {3 << 3, 1, (byte) (40 << 3 & 0x7f | 0x80), 40 >> 4, 0});
        field(file, 3, new byte[] {3 << 3, 1, 4 << 3, 1});
        return file.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, int id, byte[] bytes) {
        out.write(id << 3 | 2);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    static byte[] gguf() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeBytes("GGUF");
            out.writeInt(Integer.reverseBytes(3));
            out.writeLong(0);
            out.writeLong(Long.reverseBytes(5));
            string(out, "tokenizer.ggml.model");
            out.writeInt(Integer.reverseBytes(8));
            string(out, "llama");
            List<String> tokens = List.of("<unk>", "<s>", "</s>", "▁", "a", "b", "ab", "t", "h", "e", "th", "the");
            string(out, "tokenizer.ggml.tokens");
            array(out, 8, tokens.size());
            for (String token : tokens) {
                string(out, token);
            }
            string(out, "tokenizer.ggml.scores");
            array(out, 6, tokens.size());
            for (int i = 0; i < tokens.size(); i++) {
                out.writeInt(Integer.reverseBytes(Float.floatToIntBits(-i)));
            }
            string(out, "tokenizer.ggml.token_type");
            array(out, 5, tokens.size());
            for (int i = 0; i < tokens.size(); i++) {
                out.writeInt(Integer.reverseBytes(i == 0 ? 2 : i < 3 ? 3 : 1));
            }
            string(out, "tokenizer.ggml.bos_token_id");
            out.writeInt(Integer.reverseBytes(4));
            out.writeInt(Integer.reverseBytes(1));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void array(DataOutputStream out, int type, int count) throws IOException {
        out.writeInt(Integer.reverseBytes(9));
        out.writeInt(Integer.reverseBytes(type));
        out.writeLong(Long.reverseBytes(count));
    }

    private static void string(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeLong(Long.reverseBytes(utf8.length));
        out.write(utf8);
    }

    static byte[] tiktoken() {
        StringBuilder text = new StringBuilder();
        for (int b = 0; b < 256; b++) {
            text.append(Base64.getEncoder().encodeToString(new byte[] {(byte) b}))
                    .append(' ')
                    .append(b)
                    .append('\n');
        }
        List<String> more = List.of("th", "the", "ab", " f");
        for (int i = 0; i < more.size(); i++) {
            text.append(Base64.getEncoder().encodeToString(more.get(i).getBytes(StandardCharsets.UTF_8)))
                    .append(' ')
                    .append(256 + i)
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
