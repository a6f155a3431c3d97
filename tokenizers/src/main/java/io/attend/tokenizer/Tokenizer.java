package io.attend.tokenizer;

import io.attend.tokenizer.chat.ChatTemplate;
import io.attend.tokenizer.chat.Message;
import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.decoder.Fuse;
import io.attend.tokenizer.decoder.Sequence;
import io.attend.tokenizer.format.Format;
import io.attend.tokenizer.format.Loaded;
import io.attend.tokenizer.format.RoleNames;
import io.attend.tokenizer.format.TokenizerJson;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.text.Bytes;
import io.attend.tokenizer.trainer.Progress;
import io.attend.tokenizer.trainer.Trainer;
import io.attend.tokenizer.trainer.WordCounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Text to ids and back. Immutable, and safe for any number of threads at once.
///
///     Tokenizer tokenizer = Tokenizer.load(Path.of("bert-base-uncased"));
///     int[] ids = tokenizer.ids("attention is all you need");
///     String text = tokenizer.decode(ids);
///
/// Its [#pipeline] is a value that says all it does, component for component what a `tokenizer.json` holds.
public final class Tokenizer {
    private final Pipeline pipeline;
    private final Roles roles;
    private final Optional<String> chatTemplate;
    private final Vocabulary vocabulary;
    private final Map<Integer, AddedToken> added = new HashMap<>();
    private final Map<String, Integer> addedIds = new HashMap<>();
    private final int size;
    private final Assembly assembly;
    /// Whether the decoder takes characters for bytes, so that added tokens must be written that way.
    private final boolean decodesBytes;

    private Tokenizer(Pipeline pipeline, RoleNames names, Optional<String> chatTemplate) {
        this.pipeline = pipeline;
        this.chatTemplate = chatTemplate;
        vocabulary = pipeline.model().vocabulary();
        int most = vocabulary.size();
        for (AddedToken token : pipeline.addedTokens()) {
            OptionalInt known = vocabulary.id(token.content());
            if (known.isPresent() && known.getAsInt() != token.id()) {
                throw new TokenizerException("added_tokens: \"" + token.content() + "\" has id " + token.id()
                        + ", but the model's vocabulary gives it " + known.getAsInt());
            }
            if (token.id() >= Vocabulary.LIMIT) {
                throw new TokenizerException("added_tokens: \"" + token.content() + "\" has id " + token.id()
                        + "; ids must be below " + Vocabulary.LIMIT);
            }
            added.put(token.id(), token);
            addedIds.put(token.content(), token.id());
            most = Math.max(most, token.id() + 1);
        }
        size = most;
        assembly = new Assembly(pipeline, new Encoder(pipeline, this::token));
        decodesBytes = pipeline.decoder().stream().anyMatch(Tokenizer::decodesBytes);
        roles = Roles.of(names, pipeline, this::id);
    }

    /// The tokenizer that a pipeline describes.
    public static Tokenizer of(Pipeline pipeline) {
        return new Tokenizer(pipeline, RoleNames.NONE, Optional.empty());
    }

    /// Reads a tokenizer: `tokenizer.json`, a SentencePiece `.model`, `vocab.json` with `merges.txt`,
    /// `vocab.txt`, `.tiktoken`, a `.gguf` file, or a folder that holds one, where `tokenizer_config.json` says
    /// which tokens have a role.
    ///
    /// @throws TokenizerException naming the file and the place in it, if it cannot be read or not be
    ///     understood
    public static Tokenizer load(Path fileOrFolder) {
        Loaded loaded = Format.load(fileOrFolder);
        try {
            return new Tokenizer(loaded.pipeline(), loaded.roles(), loaded.chatTemplate());
        } catch (IllegalArgumentException | TokenizerException e) {
            throw inFile(fileOrFolder.toString(), e);
        }
    }

    private static TokenizerException inFile(String file, RuntimeException e) {
        return e instanceof TokenizerException known && known.getMessage().startsWith(file)
                ? known
                : new TokenizerException(file + ": " + e.getMessage(), e);
    }

    /// Reads the text of a `tokenizer.json`.
    ///
    /// @throws TokenizerException naming the place, if it cannot be understood
    public static Tokenizer read(String json) {
        try {
            return of(TokenizerJson.read(json, "tokenizer.json"));
        } catch (IllegalArgumentException | TokenizerException e) {
            throw inFile("tokenizer.json", e);
        }
    }

    /// A tokenizer whose tokens are the code points of `texts`, in order, behind `specials`. What it has not
    /// seen becomes `<unk>`, which must be one of the specials. It adds no special tokens by itself.
    ///
    /// @throws IllegalArgumentException if `<unk>` is missing
    public static Tokenizer characters(Iterable<String> texts, List<String> specials) {
        if (!specials.contains("<unk>")) {
            throw new IllegalArgumentException("specials are " + specials + "; \"<unk>\" must be one of them");
        }
        SequencedSet<String> tokens = new LinkedHashSet<>(specials);
        TreeSet<Integer> codePoints = new TreeSet<>();
        texts.forEach(text -> text.codePoints().forEach(codePoints::add));
        codePoints.stream()
                .filter(point -> point > 0xFFFF || !Character.isSurrogate((char) (int) point))
                .map(Character::toString)
                .forEach(tokens::add);
        Bpe model = new Bpe(Vocabulary.of(List.copyOf(tokens)), List.of()).unknown("<unk>");
        List<String> first = List.copyOf(new LinkedHashSet<>(specials));
        List<AddedToken> added = IntStream.range(0, first.size())
                .mapToObj(id -> AddedToken.special(id, first.get(id)))
                .toList();
        return of(new Pipeline(model).with(added).with(new Fuse()));
    }

    /// A tokenizer whose tokens are the 256 bytes of UTF-8, behind `specials`. Nothing is unknown to it. It
    /// adds no special tokens by itself.
    public static Tokenizer bytes(List<String> specials) {
        SequencedSet<String> tokens = new LinkedHashSet<>(specials);
        List<AddedToken> added = new ArrayList<>();
        tokens.forEach(special -> added.add(AddedToken.special(added.size(), special)));
        for (int value = 0; value < 256; value++) {
            tokens.add(Character.toString(Bytes.charOf(value)));
        }
        return of(new Pipeline(new Bpe(Vocabulary.of(List.copyOf(tokens)), List.of()))
                .with(added)
                .with(new io.attend.tokenizer.pretokenizer.ByteLevel(false, true, false))
                .with(new ByteLevel(false, true, false)));
    }

    /// Trains a tokenizer: the texts go through the normalizer and pre-tokenizer of `around`, whose model does
    /// not matter, and what the trainer makes of their words takes the model's place. The trainer's specials
    /// become special tokens.
    ///
    /// Texts are counted on all processors. Memory holds the distinct words, not the texts, and no more than
    /// [WordCounts#LIMIT] of them.
    public static Tokenizer train(Pipeline around, Trainer trainer, Iterable<String> texts, Progress progress) {
        WordCounts words = WordCounting.count(around, texts, progress);
        Model model = trainer.train(words, progress);
        List<String> specials = trainer.specials();
        List<AddedToken> added = IntStream.range(0, specials.size())
                .mapToObj(id -> AddedToken.special(id, specials.get(id)))
                .toList();
        return of(around.with(model).with(added));
    }

    /// What the tokenizer does, as a value.
    public Pipeline pipeline() {
        return pipeline;
    }

    /// The text of a `tokenizer.json` that Hugging Face's library reads too; [#read] gives a tokenizer of
    /// the same ids back. That library reads SentencePiece's rules with two differences of its own: it looks
    /// whole graphemes up in a character map, and leaves unknown pieces out in decoding, where SentencePiece
    /// writes ` ⁇ `.
    public String toJson() {
        return TokenizerJson.write(pipeline);
    }

    /// Writes a `tokenizer.json`: to the file, or into the folder.
    public void save(Path fileOrFolder) {
        Path file = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve("tokenizer.json") : fileOrFolder;
        try {
            Files.writeString(file, toJson());
        } catch (IOException e) {
            throw new TokenizerException(file + ": cannot be written: " + e, e);
        }
    }

    /// The tokens of a text, with the special tokens that the post-processor adds.
    public Encoding encode(String text) {
        return encode(text, Specials.KEEP);
    }

    public Encoding encode(String text, Specials specials) {
        return padded(assembly.encode(text, specials));
    }

    /// The tokens of a pair of texts, as question and answer, premise and hypothesis.
    public Encoding encode(String first, String second) {
        return encode(first, second, Specials.KEEP);
    }

    public Encoding encode(String first, String second, Specials specials) {
        return padded(assembly.encode(first, second, specials));
    }

    /// The tokens of many texts, on all processors; padded to one length if the pipeline pads.
    public List<Encoding> encodeAll(List<String> texts) {
        List<Encoding> encodings = texts.parallelStream()
                .map(text -> assembly.encode(text, Specials.KEEP))
                .toList();
        return pipeline.padding()
                .map(padding -> {
                    int longest =
                            encodings.stream().mapToInt(Encoding::size).max().orElse(0);
                    return encodings.stream()
                            .map(e -> e.padded(padding.length(longest), padding))
                            .toList();
                })
                .orElse(encodings);
    }

    /// The ids of a text, with the special tokens that the post-processor adds.
    public int[] ids(String text) {
        return ids(text, Specials.KEEP);
    }

    public int[] ids(String text, Specials specials) {
        if (pipeline.truncation().isPresent() || pipeline.padding().isPresent()) {
            return encode(text, specials).ids();
        }
        return assembly.ids(text, specials);
    }

    private static boolean decodesBytes(Decoder decoder) {
        return decoder instanceof ByteLevel
                || decoder instanceof Sequence(List<Decoder> decoders)
                        && decoders.stream().anyMatch(Tokenizer::decodesBytes);
    }

    private Encoding padded(Encoding encoding) {
        return pipeline.padding()
                .map(padding -> encoding.padded(padding.length(encoding.size()), padding))
                .orElse(encoding);
    }

    /// The text of ids; special tokens are left out.
    public String decode(int... ids) {
        return decode(ids, Specials.SKIP);
    }

    /// The text of ids. Ids that no token has are left out.
    public String decode(int[] ids, Specials specials) {
        List<String> tokens = new ArrayList<>(ids.length);
        for (int id : ids) {
            AddedToken token = added.get(id);
            if (token != null) {
                if (specials == Specials.KEEP || !token.special()) {
                    tokens.add(
                            decodesBytes
                                    ? Bytes.chars(token.content().getBytes(StandardCharsets.UTF_8))
                                    : token.content());
                }
            } else if (vocabulary.has(id)) {
                tokens.add(vocabulary.token(id));
            }
        }
        return pipeline.decoder()
                .map(decoder -> String.join("", decoder.decode(tokens)))
                .orElseGet(() -> String.join(" ", tokens));
    }

    /// A stream that turns ids into text as they come; special tokens are left out.
    public TextStream stream() {
        return stream(Specials.SKIP);
    }

    public TextStream stream(Specials specials) {
        return new TextStream(this, specials);
    }

    /// One more than the largest id: how many rows an embedding needs.
    public int size() {
        return size;
    }

    /// The id of a token, if it is one.
    public OptionalInt id(String token) {
        Integer id = addedIds.get(token);
        return id != null ? OptionalInt.of(id) : vocabulary.id(token);
    }

    /// Whether an id has a token; between 0 and [#size] there may be gaps.
    public boolean has(int id) {
        return added.containsKey(id) || vocabulary.has(id);
    }

    /// The token of an id, as the vocabulary writes it.
    ///
    /// @throws IllegalArgumentException if the id has none
    public String token(int id) {
        AddedToken token = added.get(id);
        return token != null ? token.content() : vocabulary.token(id);
    }

    /// The id that fills sequences up, if the tokenizer's files name one or it has a token such as `<pad>` or
    /// `[PAD]`.
    public OptionalInt pad() {
        return roles.pad();
    }

    /// The id that begins a text, such as `<s>`.
    public OptionalInt bos() {
        return roles.bos();
    }

    /// The id that ends a text, such as `</s>` or `<|endoftext|>`.
    public OptionalInt eos() {
        return roles.eos();
    }

    /// The id of what the vocabulary does not have, such as `<unk>`.
    public OptionalInt unk() {
        return roles.unk();
    }

    /// How conversations are written for the model, if the tokenizer's files say.
    ///
    /// @throws TokenizerException naming line and column, if the template is not understood
    public Optional<ChatTemplate> chatTemplate() {
        return chatTemplate.map(ChatTemplate::of);
    }

    /// The text of a conversation, by the [#chatTemplate], with the tokenizer's own `bos_token`, `eos_token`
    /// and the like.
    ///
    /// @throws IllegalStateException if the tokenizer has no chat template
    public String chat(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> variables = new HashMap<>();
        bos().ifPresent(id -> variables.put("bos_token", token(id)));
        eos().ifPresent(id -> variables.put("eos_token", token(id)));
        pad().ifPresent(id -> variables.put("pad_token", token(id)));
        unk().ifPresent(id -> variables.put("unk_token", token(id)));
        return chatTemplate()
                .orElseThrow(() -> new IllegalStateException("this tokenizer has no chat template"))
                .render(messages, addGenerationPrompt, variables);
    }

    /// Whether decoding leaves the id out.
    public boolean isSpecial(int id) {
        AddedToken token = added.get(id);
        return token != null && token.special();
    }

    /// `Tokenizer[Bpe, 50257 tokens]`
    @Override
    public String toString() {
        return "Tokenizer[" + pipeline.model().getClass().getSimpleName() + ", " + size + " tokens]";
    }
}
