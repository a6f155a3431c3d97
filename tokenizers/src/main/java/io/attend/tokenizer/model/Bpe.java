package io.attend.tokenizer.model;

import io.attend.tokenizer.json.Spelled;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// Byte pair encoding: a piece starts as its code points, and neighbours are merged in the order of the list of
/// merges until none applies (Sennrich, Haddow and Birch 2016).
///
/// What has no token becomes its UTF-8 bytes, `<0x0A>`, when `byteFallback`; else `unkToken`, one for a run of
/// them when `fuseUnk`; else nothing. `dropout` leaves each merge out with that probability (Provilkov and
/// others 2020). `ignoreMerges` takes a piece that is a token whole. `continuingSubwordPrefix` begins each code
/// point but a piece's first, `endOfWordSuffix` ends its last.
@Spelled("BPE")
public record Bpe(
        OptionalDouble dropout,
        Optional<String> unkToken,
        Optional<String> continuingSubwordPrefix,
        Optional<String> endOfWordSuffix,
        boolean fuseUnk,
        boolean byteFallback,
        boolean ignoreMerges,
        @Spelled("vocab") Vocabulary vocabulary,
        List<Merge> merges)
        implements Model {

    static final Bpe DEFAULT = new Bpe(Vocabulary.of(List.of()), List.of());

    public Bpe {
        merges = List.copyOf(merges);
        if (dropout.isPresent() && !(dropout.getAsDouble() >= 0 && dropout.getAsDouble() <= 1)) {
            throw new IllegalArgumentException("dropout is " + dropout.getAsDouble() + "; expected 0 to 1");
        }
    }

    /// The plain form: no unknown token, nothing added.
    public Bpe(Vocabulary vocabulary, List<Merge> merges) {
        this(
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                false,
                vocabulary,
                merges);
    }

    public Bpe unknown(String token) {
        return new Bpe(
                dropout,
                Optional.of(token),
                continuingSubwordPrefix,
                endOfWordSuffix,
                fuseUnk,
                byteFallback,
                ignoreMerges,
                vocabulary,
                merges);
    }

    /// The form that takes a piece whole when it is a token.
    public Bpe ignoringMerges() {
        return new Bpe(
                dropout,
                unkToken,
                continuingSubwordPrefix,
                endOfWordSuffix,
                fuseUnk,
                byteFallback,
                true,
                vocabulary,
                merges);
    }

    @Override
    public OptionalInt unknown() {
        return unkToken.map(vocabulary::id).orElse(OptionalInt.empty());
    }

    @Override
    public Supplier<Segmenter> build() {
        BpeTables tables = new BpeTables(this);
        return () -> new BpeSegmenter(tables);
    }
}
