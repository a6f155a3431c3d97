package io.attend.tokenizer;

import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.decoder.Fuse;
import io.attend.tokenizer.decoder.WordPiece;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.normalizer.BertNormalizer;
import io.attend.tokenizer.normalizer.Nfkc;
import io.attend.tokenizer.normalizer.Nmt;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.Sequence;
import io.attend.tokenizer.normalizer.Strip;
import io.attend.tokenizer.postprocessor.BertProcessing;
import io.attend.tokenizer.postprocessor.NamedToken;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import io.attend.tokenizer.pretokenizer.FixedLength;
import io.attend.tokenizer.pretokenizer.Metaspace;
import io.attend.tokenizer.pretokenizer.PreTokenizer;
import io.attend.tokenizer.pretokenizer.Whitespace;
import io.attend.tokenizer.text.Pattern;
import io.attend.tokenizer.trainer.BpeTrainer;
import io.attend.tokenizer.trainer.Progress;
import io.attend.tokenizer.trainer.Trainer;
import io.attend.tokenizer.trainer.UnigramTrainer;
import io.attend.tokenizer.trainer.WordLevelTrainer;
import io.attend.tokenizer.trainer.WordPieceTrainer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// A whole tokenizer by one name: the usual pipeline around each kind of vocabulary, and what trains it. What
/// it makes is written as a `tokenizer.json` that Hugging Face's library reads.
///
///     Tokenizer tokenizer = Algorithm.UNIGRAM.train(8_000, texts, Progress.NONE);
///
/// The same texts give the same tokenizer, in whatever order and on however many threads they are counted.
public enum Algorithm {
    /// Pairs of characters merged within words, spaces written `▁` (Sennrich, Haddow and Birch 2016).
    BPE("<unk>", List.of("<pad>", "<unk>", "<s>", "</s>"), Optional.of(sentencePiece())),
    /// Pairs of bytes merged within words as GPT-2 cuts them. Any text comes back as it was.
    BYTE_LEVEL_BPE("", List.of("<|endoftext|>"), Optional.empty()),
    /// Single bytes of UTF-8. Nothing is learned, nothing is unknown.
    BYTES("", List.of("<pad>", "<s>", "</s>"), Optional.empty()),
    /// Single code points, the most frequent as far as there is room.
    CHARACTERS("<unk>", List.of("<pad>", "<unk>", "<s>", "</s>"), Optional.empty()),
    /// The likeliest cut into pieces, spaces written `▁` (Kudo 2018).
    UNIGRAM("<unk>", List.of("<pad>", "<unk>", "<s>", "</s>"), Optional.of(sentencePiece())),
    /// Whole words and runs of punctuation; rare ones are unknown, and where there were spaces is lost.
    WORD_LEVEL("<unk>", List.of("<pad>", "<unk>", "<s>", "</s>"), Optional.empty()),
    /// The longest tokens from the left, `##` within words, lowercased, between `[CLS]` and `[SEP]`: BERT's.
    WORDPIECE(
            "[UNK]",
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
            Optional.of(new BertNormalizer(true, true, Optional.empty(), true)));

    private final String unknown;
    private final List<String> specials;
    private final Optional<Normalizer> normalizer;

    Algorithm(String unknown, List<String> specials, Optional<Normalizer> normalizer) {
        this.unknown = unknown;
        this.specials = specials;
        this.normalizer = normalizer;
    }

    /// SentencePiece's own rule `nmt_nfkc`, with extra spaces taken out.
    private static Normalizer sentencePiece() {
        return new Sequence(
                List.of(new Nmt(), new Nfkc(), new Strip(true, true), new Replace(new Pattern.Regex(" {2,}"), " ")));
    }

    /// What may be chosen.
    ///
    /// @param size tokens at most, special ones among them
    /// @param minFrequency pairs and words that occur less often are not taken
    /// @param specials special tokens, whose ids are the first
    /// @param normalizer what is done to a text before all else
    public record Settings(int size, long minFrequency, List<String> specials, Optional<Normalizer> normalizer) {
        public Settings {
            specials = List.copyOf(new LinkedHashSet<>(specials));
            if (size <= specials.size()) {
                throw new IllegalArgumentException("a vocabulary of " + size + " has no room beside the "
                        + specials.size() + " special tokens " + specials + "; make it larger");
            }
            if (minFrequency < 1) {
                throw new IllegalArgumentException("the least frequency is " + minFrequency + "; expected 1 or more");
            }
        }

        public Settings minFrequency(long least) {
            return new Settings(size, least, specials, normalizer);
        }

        /// With more special tokens behind those there are.
        public Settings and(List<String> more) {
            List<String> all = new ArrayList<>(specials);
            all.addAll(more);
            return new Settings(size, minFrequency, all, normalizer);
        }

        public Settings normalizer(Optional<Normalizer> other) {
            return new Settings(size, minFrequency, specials, other);
        }
    }

    /// `byte-level-bpe`
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The usual settings with a vocabulary of `size`.
    public Settings settings(int size) {
        return new Settings(size, this == CHARACTERS ? 1 : 2, specials, normalizer);
    }

    /// Whether line ends are part of what is learned; for the others a line is a text without its end.
    public boolean keepsLineEnds() {
        return switch (this) {
            case BYTE_LEVEL_BPE, BYTES, CHARACTERS -> true;
            case BPE, UNIGRAM, WORD_LEVEL, WORDPIECE -> false;
        };
    }

    /// A tokenizer of `size` tokens trained on texts, with the usual settings.
    public Tokenizer train(int size, Iterable<String> texts, Progress progress) {
        return train(settings(size), texts, progress);
    }

    /// A tokenizer trained on texts.
    ///
    /// @throws IllegalArgumentException if the special tokens lack the unknown one, or the size has no room
    /// for what must be in it
    public Tokenizer train(Settings settings, Iterable<String> texts, Progress progress) {
        if (this == BYTES) {
            return Tokenizer.bytes(settings.specials);
        }
        Pipeline around = new Pipeline(new Bpe(Vocabulary.of(List.of()), List.of())).with(preTokenizer());
        around = settings.normalizer.map(around::with).orElse(around);
        Tokenizer trained = Tokenizer.train(around, trainer(settings), texts, progress);
        Pipeline whole = this == CHARACTERS ? characters(settings, trained) : trained.pipeline();
        whole = whole.with(decoder());
        if (this == WORDPIECE
                && trained.id("[CLS]").isPresent()
                && trained.id("[SEP]").isPresent()) {
            whole = whole.with(new BertProcessing(
                    new NamedToken("[SEP]", trained.id("[SEP]").getAsInt()),
                    new NamedToken("[CLS]", trained.id("[CLS]").getAsInt())));
        }
        return Tokenizer.of(whole);
    }

    private PreTokenizer preTokenizer() {
        return switch (this) {
            case BPE, UNIGRAM -> new Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true);
            case BYTE_LEVEL_BPE, BYTES -> new io.attend.tokenizer.pretokenizer.ByteLevel(false, true, true);
            case CHARACTERS -> new FixedLength(1);
            case WORD_LEVEL -> new Whitespace();
            case WORDPIECE -> new BertPreTokenizer();
        };
    }

    private Decoder decoder() {
        return switch (this) {
            case BPE, UNIGRAM -> new io.attend.tokenizer.decoder.Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true);
            case BYTE_LEVEL_BPE, BYTES -> new ByteLevel(false, true, true);
            case CHARACTERS -> new Fuse();
            case WORD_LEVEL -> new WordPiece("##", false); // a space between words
            case WORDPIECE -> new WordPiece("##", true);
        };
    }

    private Trainer trainer(Settings settings) {
        int room = settings.size - settings.specials.size();
        return switch (this) {
            case BPE ->
                new BpeTrainer(
                        settings.size,
                        settings.minFrequency,
                        settings.specials,
                        List.of(),
                        room,
                        Integer.MAX_VALUE,
                        Optional.of(unknown),
                        Optional.empty(),
                        Optional.empty());
            case BYTE_LEVEL_BPE, BYTES -> bytes(settings, room);
            case CHARACTERS, WORD_LEVEL ->
                new WordLevelTrainer(settings.size, settings.minFrequency, settings.specials, unknown);
            case UNIGRAM -> new UnigramTrainer(settings.size, settings.specials, unknown);
            case WORDPIECE -> new WordPieceTrainer(settings.size, settings.minFrequency, settings.specials, room / 2);
        };
    }

    private static Trainer bytes(Settings settings, int room) {
        if (room < 256) {
            throw new IllegalArgumentException(
                    "a vocabulary of " + settings.size + " has no room for the 256 bytes and "
                            + settings.specials.size() + " special tokens; make it larger");
        }
        BpeTrainer usual = BpeTrainer.bytes(settings.size, settings.specials);
        return new BpeTrainer(
                usual.vocabularySize(),
                settings.minFrequency,
                usual.specials(),
                usual.alphabet(),
                usual.alphabetLimit(),
                usual.longestToken(),
                usual.unkToken(),
                usual.continuingSubwordPrefix(),
                usual.endOfWordSuffix());
    }

    /// The counted characters as a model without merges, which needs no pre-tokenizer; runs of unknown ones
    /// stay apart.
    private Pipeline characters(Settings settings, Tokenizer counted) {
        Bpe model = new Bpe(
                OptionalDouble.empty(),
                Optional.of(unknown),
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                false,
                counted.pipeline().model().vocabulary(),
                List.of());
        Pipeline pipeline = new Pipeline(model).with(counted.pipeline().addedTokens());
        return settings.normalizer.map(pipeline::with).orElse(pipeline);
    }
}
