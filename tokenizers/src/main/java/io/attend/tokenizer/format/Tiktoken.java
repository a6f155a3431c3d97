package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Merge;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.pretokenizer.Words;
import io.attend.tokenizer.text.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `*.tiktoken`: a line per token, its bytes in base64 and its rank, which is its id. The file says neither how
/// texts are cut into words nor which special tokens there are: its name does (`gpt2`, `r50k`, `p50k`,
/// `cl100k`, `o200k`).
public record Tiktoken() implements Format {
    private static final long LIMIT = 1L << 28;

    @Override
    public boolean names(String fileName) {
        return fileName.endsWith(".tiktoken");
    }

    @Override
    public Loaded read(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        Vocabulary ranks = ranks(new String(Format.bytes(file, LIMIT), StandardCharsets.ISO_8859_1), file);
        Words words;
        Map<String, Integer> specials = new HashMap<>();
        if (name.startsWith("gpt2") || name.startsWith("r50k") || name.startsWith("p50k")) {
            words = Words.GPT2;
            specials.put("<|endoftext|>", 50256);
        } else if (name.startsWith("cl100k") || name.startsWith("o200k")) {
            boolean large = name.startsWith("o200k");
            words = large ? Words.O200K : Words.LLAMA3;
            specials.put("<|endoftext|>", large ? 199999 : 100257);
            specials.put("<|endofprompt|>", large ? 200018 : 100276);
            if (!large) {
                specials.putAll(Map.of("<|fim_prefix|>", 100258, "<|fim_middle|>", 100259, "<|fim_suffix|>", 100260));
            }
        } else {
            throw new TokenizerException(
                    file + ": how it cuts texts is known by its name; known names begin with gpt2, "
                            + "r50k, p50k, cl100k or o200k");
        }
        List<Merge> merges = Merges.inOrder(ranks);
        Bpe model = new Bpe(ranks, merges).ignoringMerges();
        List<AddedToken> added = specials.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(e -> AddedToken.special(e.getValue(), e.getKey()))
                .toList();
        Pipeline pipeline =
                new Pipeline(model).with(added).with(words.preTokenizer(false)).with(new ByteLevel(false, true, true));
        Optional<String> end = Optional.of("<|endoftext|>");
        return new Loaded(pipeline, new RoleNames(Optional.empty(), end, end, Optional.empty()));
    }

    private static Vocabulary ranks(String text, Path file) {
        Map<String, Integer> ids = new HashMap<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (line.isEmpty()) {
                continue;
            }
            int space = line.indexOf(' ');
            try {
                byte[] token = Base64.getDecoder().decode(line.substring(0, Math.max(space, 0)));
                if (token.length == 0
                        || ids.put(Bytes.chars(token), Integer.parseInt(line.substring(space + 1))) != null) {
                    throw new IllegalArgumentException("no token, or one that was there before");
                }
            } catch (IllegalArgumentException e) {
                throw new TokenizerException(
                        file + ": line " + number + " is \""
                                + line.substring(0, Math.min(60, line.length()))
                                + "\"; expected a token in base64, a space and a rank",
                        e);
            }
        }
        List<String> missing = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            if (!ids.containsKey(Character.toString(Bytes.charOf(b)))) {
                missing.add("0x%02X".formatted(b));
            }
        }
        if (!missing.isEmpty()) {
            throw new TokenizerException(file + ": has no token for the bytes " + missing);
        }
        try {
            return Vocabulary.of(ids);
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(file + ": " + e.getMessage(), e);
        }
    }
}
