package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.decoder.SentencePiece;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.model.Unigram;
import io.attend.tokenizer.model.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// SentencePiece's `*.model`: a protocol buffer with the pieces, the trainer's settings and the normalizer's.
///
/// Control pieces (`<s>`) are special tokens, found in a text as in Hugging Face's library; SentencePiece
/// itself does not look for them. The unknown piece is found like them, but is not left out in decoding: it is
/// ` ⁇ `, as in SentencePiece.
public record SentencePieceModel() implements Format {
    private static final long LIMIT = 1L << 29;

    @Override
    public boolean names(String fileName) {
        return fileName.endsWith(".model");
    }

    @Override
    public Loaded read(Path file) {
        MemorySegment bytes = MemorySegment.ofArray(Format.bytes(file, LIMIT));
        try {
            return new Reading(new Bounded(bytes, file.toString())).loaded();
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(file + ": " + e.getMessage(), e);
        }
    }

    /// The kind of a piece, as the file numbers them.
    enum Kind {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE;

        static Kind of(long number, Bounded at) {
            if (number < 1 || number > values().length) {
                throw at.fail("a piece of kind " + number + "; known: 1 to 6");
            }
            return values()[(int) number - 1];
        }
    }

    record Piece(String piece, float score, Kind kind) {}

    /// What the file says so far.
    private static final class Reading {
        private final List<Piece> pieces = new ArrayList<>();
        private long modelType = 1;
        private boolean byteFallback;
        private boolean spaceBehind;
        private String unkSurface = " ⁇ ";
        private final long[] roles = {0, 1, 2, -1};
        private byte[] map = {};
        private boolean addDummyPrefix = true;
        private boolean removeExtraWhitespaces = true;
        private boolean escapeWhitespaces = true;

        Reading(Bounded file) {
            fields(file, (field, number, value) -> {
                switch (field) {
                    case 1 -> pieces.add(piece(value));
                    case 2 -> fields(value, this::trainer);
                    case 3 -> fields(value, this::normalizer);
                    default -> {}
                }
            });
        }

        private interface Field {
            void read(int field, long number, Bounded value);
        }

        /// Hands over the fields of a message: a number for those that are one, else their bytes.
        private static void fields(Bounded message, Field field) {
            while (message.left() > 0) {
                long key = message.varint();
                int wire = (int) (key & 7);
                int id = (int) (key >>> 3);
                switch (wire) {
                    case 0 -> field.read(id, message.varint(), message);
                    case 1 -> field.read(id, message.i64(), message);
                    case 2 -> {
                        Bounded value = message.slice(message.varint());
                        field.read(id, value.left(), value);
                    }
                    case 5 -> field.read(id, message.i32(), message);
                    default -> throw message.fail("a field of wire type " + wire + "; this is no SentencePiece model");
                }
            }
        }

        private Piece piece(Bounded message) {
            String[] piece = {""};
            float[] score = {0};
            Kind[] kind = {Kind.NORMAL};
            fields(message, (field, number, value) -> {
                switch (field) {
                    case 1 -> piece[0] = value.utf8(value.left());
                    case 2 -> score[0] = Float.intBitsToFloat((int) number);
                    case 3 -> kind[0] = Kind.of(number, value);
                    default -> {}
                }
            });
            return new Piece(piece[0], score[0], kind[0]);
        }

        private void trainer(int field, long number, Bounded value) {
            switch (field) {
                case 3 -> modelType = number;
                case 24 -> spaceBehind = number != 0;
                case 35 -> byteFallback = number != 0;
                case 40, 41, 42, 43 -> roles[field - 40] = (int) number;
                case 44 -> unkSurface = value.utf8(value.left());
                default -> {}
            }
        }

        private void normalizer(int field, long number, Bounded value) {
            switch (field) {
                case 2 -> map = value.bytes(value.left());
                case 3 -> addDummyPrefix = number != 0;
                case 4 -> removeExtraWhitespaces = number != 0;
                case 5 -> escapeWhitespaces = number != 0;
                default -> {}
            }
        }

        Loaded loaded() {
            if (pieces.isEmpty()) {
                throw new IllegalArgumentException("has no pieces; this is no SentencePiece model");
            }
            if (spaceBehind) {
                throw new IllegalArgumentException("treat_whitespace_as_suffix is not supported");
            }
            int unknown = find(Kind.UNKNOWN);
            Model model = switch ((int) modelType) {
                case 1 -> unigram(pieces, unknown, byteFallback);
                case 2 -> bpe(pieces, unknown, byteFallback);
                case 4 -> characters(pieces, unknown, byteFallback);
                default ->
                    throw new IllegalArgumentException(
                            "model_type is " + modelType + "; known: 1 (unigram), 2 (bpe), 4 (char)");
            };
            String unkPiece = unknown < 0 ? "<unk>" : pieces.get(unknown).piece();
            Pipeline pipeline = new Pipeline(model)
                    .with(added(pieces))
                    .with(new io.attend.tokenizer.normalizer.SentencePiece(
                            Base64.getEncoder().encodeToString(map),
                            addDummyPrefix,
                            removeExtraWhitespaces,
                            escapeWhitespaces))
                    .with(new SentencePiece(unkPiece, unkSurface, addDummyPrefix, removeExtraWhitespaces));
            return new Loaded(pipeline, new RoleNames(role(3), role(1), role(2), role(0)));
        }

        private int find(Kind kind) {
            for (int i = 0; i < pieces.size(); i++) {
                if (pieces.get(i).kind() == kind) {
                    return i;
                }
            }
            return -1;
        }

        private Optional<String> role(int role) {
            long id = roles[role];
            return id >= 0 && id < pieces.size()
                    ? Optional.of(pieces.get((int) id).piece())
                    : Optional.empty();
        }
    }

    /// Control pieces are special; what the user defined is found in a text before anything else, and so is the
    /// unknown piece.
    static List<AddedToken> added(List<Piece> pieces) {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            if (piece.piece().isEmpty()) {
                continue;
            }
            switch (piece.kind()) {
                case CONTROL -> added.add(AddedToken.special(id, piece.piece()));
                case UNKNOWN, USER_DEFINED ->
                    added.add(new AddedToken(id, piece.piece(), false, false, false, false, false));
                default -> {}
            }
        }
        return added;
    }

    static Unigram unigram(List<Piece> pieces, int unknown, boolean byteFallback) {
        return new Unigram(
                unknown < 0 ? OptionalInt.empty() : OptionalInt.of(unknown),
                pieces.stream()
                        .map(p -> new Unigram.Scored(p.piece(), p.score()))
                        .toList(),
                byteFallback);
    }

    static Bpe bpe(List<Piece> pieces, int unknown, boolean byteFallback) {
        Vocabulary vocabulary = Vocabulary.of(pieces.stream().map(Piece::piece).toList());
        boolean[] merging = new boolean[pieces.size()];
        double[] scores = new double[pieces.size()];
        for (int id = 0; id < merging.length; id++) {
            Kind kind = pieces.get(id).kind();
            merging[id] = kind == Kind.NORMAL || kind == Kind.USER_DEFINED || kind == Kind.UNUSED;
            scores[id] = pieces.get(id).score();
        }
        return new Bpe(
                OptionalDouble.empty(),
                unknown < 0 ? Optional.empty() : Optional.of(pieces.get(unknown).piece()),
                Optional.empty(),
                Optional.empty(),
                true,
                byteFallback,
                false,
                vocabulary,
                Merges.byScore(vocabulary, merging, scores));
    }

    private static Bpe characters(List<Piece> pieces, int unknown, boolean byteFallback) {
        Bpe bpe = bpe(pieces, unknown, byteFallback);
        return new Bpe(
                OptionalDouble.empty(),
                bpe.unkToken(),
                Optional.empty(),
                Optional.empty(),
                true,
                byteFallback,
                false,
                bpe.vocabulary(),
                List.of());
    }
}
