package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.decoder.SentencePiece;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Merge;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.normalizer.Nfc;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.postprocessor.TemplateProcessing;
import io.attend.tokenizer.pretokenizer.Words;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The vocabulary inside a GGUF file. Only the file's head is read, through a memory map, so its size does not
/// matter.
public record Gguf() implements Format {
    @Override
    public boolean names(String fileName) {
        return fileName.endsWith(".gguf");
    }

    @Override
    public Loaded read(Path file) {
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Bounded bytes =
                    new Bounded(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), file.toString());
            return new Reading(GgufHead.read(bytes), file).loaded();
        } catch (IOException e) {
            throw new TokenizerException(file + ": cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(file + ": " + e.getMessage(), e);
        }
    }

    /// What values of a file describe.
    ///
    /// @throws IllegalArgumentException naming the key
    static Pipeline read(GgufHead head) {
        return new Reading(head, Path.of("tokenizer.gguf")).loaded().pipeline();
    }

    /// Whether a word that is a token is never cut: the rules of these names were made with vocabularies so
    /// used.
    static boolean takesWordsWhole(String name) {
        return name.equals("tekken")
                || Words.named(name).filter(Words.LLAMA3::equals).isPresent();
    }

    /// What a text goes through first. GGUF does not say it; Qwen2's own files do.
    static Optional<Normalizer> normalizer(String name) {
        return name.equals("qwen2") || name.equals("deepseek-r1-qwen") ? Optional.of(new Nfc()) : Optional.empty();
    }

    @SuppressWarnings("EnumOrdinal") // the order is the file format's
    private record Reading(GgufHead head, Path file) {
        Loaded loaded() {
            List<String> tokens = head.strings("tokenizer.ggml.tokens");
            int[] kinds = head.has("tokenizer.ggml.token_type")
                    ? head.ints("tokenizer.ggml.token_type")
                    : tokens.stream().mapToInt(t -> 1).toArray();
            if (kinds.length != tokens.size()) {
                throw new IllegalArgumentException(
                        "tokenizer.ggml has " + tokens.size() + " tokens but " + kinds.length + " token types");
            }
            String kind = head.string("tokenizer.ggml.model").orElse("");
            Pipeline pipeline = switch (kind) {
                case "gpt2" -> bytes(tokens, kinds);
                case "llama", "t5" -> pieces(tokens, kinds, kind.equals("t5"));
                case "bert" -> bert(tokens);
                default ->
                    throw new IllegalArgumentException("tokenizer.ggml.model is \"" + kind
                            + "\", which is not known; known: gpt2, llama, t5, bert");
            };
            if (!kind.equals("bert")) {
                pipeline = surrounded(pipeline, tokens, kind);
            }
            return new Loaded(
                    pipeline,
                    new RoleNames(
                            name(tokens, "padding_token_id"),
                            name(tokens, "bos_token_id"),
                            name(tokens, "eos_token_id"),
                            name(tokens, "unknown_token_id")),
                    head.string("tokenizer.chat_template"));
        }

        private Optional<String> name(List<String> tokens, String key) {
            OptionalInt id = head.integer("tokenizer.ggml." + key);
            return id.isPresent() && id.getAsInt() >= 0 && id.getAsInt() < tokens.size()
                    ? Optional.of(tokens.get(id.getAsInt()))
                    : Optional.empty();
        }

        /// Which tokens take the white space beside them a GGUF file does not say; llama.cpp knows it by the
        /// model's name, and so does this.
        private List<AddedToken> added(List<String> tokens, int[] kinds) {
            String name = head.string("general.name").orElse("").toLowerCase(Locale.ROOT);
            boolean phi = name.contains("phi-3") || name.contains("phi3");
            String masked = head.string("tokenizer.ggml.pre").orElse("").startsWith("jina-v2-")
                    ? "<mask>"
                    : name.contains("modern-bert") ? "[MASK]" : "";
            List<AddedToken> added = new ArrayList<>();
            for (int id = 0; id < kinds.length; id++) {
                String token = tokens.get(id);
                boolean special = kinds[id] == 2 || kinds[id] == 3;
                boolean right = phi && !List.of("<unk>", "<s>", "<|endoftext|>").contains(token);
                if ((special || kinds[id] == 4) && !token.isEmpty()) {
                    added.add(new AddedToken(id, token, false, token.equals(masked), right, false, special));
                }
            }
            return added;
        }

        private Pipeline bytes(List<String> tokens, int[] kinds) {
            String name = head.string("tokenizer.ggml.pre").orElse("default");
            Words words = Words.named(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "tokenizer.ggml.pre is \"" + name + "\", which is not known; known: " + Words.names()));
            List<Merge> merges = new ArrayList<>();
            for (String line : head.strings("tokenizer.ggml.merges")) {
                merges.add(Merge.ofLine(line, file + ": tokenizer.ggml.merges[" + merges.size() + "]"));
            }
            Bpe model = new Bpe(Vocabulary.of(tokens), merges);
            Pipeline pipeline = new Pipeline(takesWordsWhole(name) ? model.ignoringMerges() : model)
                    .with(added(tokens, kinds))
                    .with(words.preTokenizer(false))
                    .with(new ByteLevel(false, true, true));
            return normalizer(name).map(pipeline::with).orElse(pipeline);
        }

        private Pipeline pieces(List<String> tokens, int[] kinds, boolean unigram) {
            float[] scores = head.floats("tokenizer.ggml.scores");
            if (scores.length != kinds.length) {
                throw new IllegalArgumentException(
                        "tokenizer.ggml has " + kinds.length + " tokens but " + scores.length + " scores");
            }
            List<SentencePieceModel.Piece> pieces = new ArrayList<>();
            for (int id = 0; id < kinds.length; id++) {
                if (kinds[id] < 1 || kinds[id] > 6) {
                    throw new IllegalArgumentException(
                            "tokenizer.ggml.token_type[" + id + "] is " + kinds[id] + "; known: 1 to 6");
                }
                pieces.add(new SentencePieceModel.Piece(
                        tokens.get(id), scores[id], SentencePieceModel.Kind.values()[kinds[id] - 1]));
            }
            int unknown = head.integer("tokenizer.ggml.unknown_token_id").orElse(0);
            boolean fallsBack = tokens.contains("<0x00>");
            Model model = unigram
                    ? SentencePieceModel.unigram(pieces, unknown, fallsBack)
                    : SentencePieceModel.bpe(pieces, unknown, fallsBack);
            boolean prefix = head.flag("tokenizer.ggml.add_space_prefix").orElse(true);
            boolean removes =
                    head.flag("tokenizer.ggml.remove_extra_whitespaces").orElse(unigram);
            byte[] map = head.bytes("tokenizer.ggml.precompiled_charsmap");
            return new Pipeline(model)
                    .with(added(tokens, kinds))
                    .with(new io.attend.tokenizer.normalizer.SentencePiece(
                            Base64.getEncoder().encodeToString(map), prefix, removes, true))
                    .with(new SentencePiece(tokens.get(unknown), " ⁇ ", prefix, removes));
        }

        /// GGUF writes `##ing` as `ing` and `the` as `▁the`.
        private Pipeline bert(List<String> tokens) {
            boolean spaced = tokens.stream().anyMatch(t -> t.startsWith("▁"));
            List<String> written = !spaced
                    ? tokens
                    : tokens.stream()
                            .map(t -> t.startsWith("▁")
                                    ? t.substring(1)
                                    : t.startsWith("[") && t.endsWith("]") ? t : "##" + t)
                            .toList();
            return VocabularyText.bert(Vocabulary.of(written), VocabularyText.isLowercase(written));
        }

        private Pipeline surrounded(Pipeline pipeline, List<String> tokens, String kind) {
            Optional<String> bos = head.flag("tokenizer.ggml.add_bos_token").orElse(kind.equals("llama"))
                    ? name(tokens, "bos_token_id")
                    : Optional.empty();
            Optional<String> eos = head.flag("tokenizer.ggml.add_eos_token").orElse(kind.equals("t5"))
                    ? name(tokens, "eos_token_id")
                    : Optional.empty();
            if (bos.isEmpty() && eos.isEmpty()) {
                return pipeline;
            }
            Map<String, TemplateProcessing.SpecialToken> specials = new LinkedHashMap<>();
            List<TemplateProcessing.Piece> pair = new ArrayList<>();
            for (TemplateProcessing.Text text : TemplateProcessing.Text.values()) {
                int type = text.ordinal();
                bos.ifPresent(token -> pair.add(new TemplateProcessing.Special(token, type)));
                pair.add(new TemplateProcessing.Sequence(text, type));
                eos.ifPresent(token -> pair.add(new TemplateProcessing.Special(token, type)));
            }
            bos.ifPresent(t -> specials.put(t, new TemplateProcessing.SpecialToken(t, tokens.indexOf(t))));
            eos.ifPresent(t -> specials.put(t, new TemplateProcessing.SpecialToken(t, tokens.indexOf(t))));
            return pipeline.with(new TemplateProcessing(pair.subList(0, pair.size() / 2), pair, specials));
        }
    }
}
