package io.attend.tokenizer.model;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// What merging needs, in flat tables: the rank of a pair of ids by open addressing, and the ids of code
/// points.
final class BpeTables {
    private static final int NONE = Integer.MAX_VALUE;
    private static final int DIRECT = 0x300;

    final Bpe bpe;
    final Vocabulary vocabulary;
    final int unknown;
    final int[] bytes;
    final boolean affixes;
    /// By rank: the id that the merge makes.
    final int[] made;

    /// Whether no merge reaches over the beginning of a word, which is a `▁` behind another character: then
    /// words can be merged one by one.
    final boolean cutsAtSpaces;

    /// By two characters below [#DIRECT]: whether no merge joins a token that ends with the first and one that
    /// begins with the second, so that a piece can be cut between them and its parts be merged, and remembered,
    /// one by one.
    private final boolean[] cuts;

    private final long[] pairs;
    private final int[] ranks;
    private final int shift;
    private final int[] direct = new int[DIRECT];

    BpeTables(Bpe bpe) {
        this.bpe = bpe;
        vocabulary = bpe.vocabulary();
        unknown = bpe.unkToken()
                .map(token -> vocabulary
                        .id(token)
                        .orElseThrow(() ->
                                new IllegalArgumentException("unk_token \"" + token + "\" is not in the vocabulary")))
                .orElse(-1);
        affixes = bpe.continuingSubwordPrefix().filter(p -> !p.isEmpty()).isPresent()
                || bpe.endOfWordSuffix().filter(s -> !s.isEmpty()).isPresent();
        bytes = byteIds();
        for (int i = 0; i < DIRECT; i++) {
            direct[i] = vocabulary.id(new char[] {(char) i}, 0, 1);
        }
        List<Merge> merges = bpe.merges();
        int bits = 32 - Integer.numberOfLeadingZeros(Math.max(merges.size(), 4)) + 1;
        pairs = new long[1 << bits];
        ranks = new int[1 << bits];
        shift = 64 - bits;
        Arrays.fill(pairs, -1);
        made = new int[merges.size()];
        cuts = new boolean[DIRECT * DIRECT];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = !affixes && direct[i / DIRECT] >= 0 && direct[i % DIRECT] >= 0;
        }
        boolean spaces = !affixes
                && !bpe.ignoreMerges()
                && (!bpe.fuseUnk() || bpe.byteFallback() && Arrays.stream(bytes).allMatch(id -> id >= 0));
        int prefix = bpe.continuingSubwordPrefix().map(String::length).orElse(0);
        for (int rank = 0; rank < made.length; rank++) {
            Merge merge = merges.get(rank);
            if (merge.left().isEmpty() || merge.right().isEmpty()) {
                throw new IllegalArgumentException("merges[" + rank + "] has an empty token");
            }
            int left = id(merge.left(), rank);
            int right = id(merge.right(), rank);
            if (merge.right().length() < prefix) {
                throw new IllegalArgumentException("merges[" + rank + "] ends in \"" + merge.right()
                        + "\", which is shorter than the prefix it should begin with");
            }
            made[rank] = id(merge.left() + merge.right().substring(prefix), rank);
            put((long) left << 32 | right, rank);
            spaces &= !merge.right().startsWith("▁") || merge.left().endsWith("▁");
            char last = merge.left().charAt(merge.left().length() - 1);
            char first = merge.right().charAt(0);
            if (last < DIRECT && first < DIRECT) {
                cuts[last * DIRECT + first] = false;
            }
        }
        cutsAtSpaces = spaces;
    }

    private int id(String token, int rank) {
        OptionalInt id = vocabulary.id(token);
        return id.orElseThrow(() -> new IllegalArgumentException(
                "merges[" + rank + "] needs token \"" + token + "\", which is not in the vocabulary"));
    }

    /// The ids of `<0x00>` to `<0xFF>`; a missing one is -1.
    private int[] byteIds() {
        int[] ids = new int[256];
        for (int i = 0; i < 256; i++) {
            ids[i] = vocabulary.id("<0x%02X>".formatted(i)).orElse(-1);
        }
        return ids;
    }

    /// A pair listed twice has its last rank, as in the reference.
    private void put(long pair, int rank) {
        int slot = slot(pair);
        while (pairs[slot] != -1 && pairs[slot] != pair) {
            slot = slot + 1 & pairs.length - 1;
        }
        pairs[slot] = pair;
        ranks[slot] = rank;
    }

    /// The rank of the merge of two ids; [Integer#MAX_VALUE] if there is none.
    int rank(int left, int right) {
        long pair = (long) left << 32 | right;
        int slot = slot(pair);
        while (pairs[slot] != pair) {
            if (pairs[slot] == -1) {
                return NONE;
            }
            slot = slot + 1 & pairs.length - 1;
        }
        return ranks[slot];
    }

    private int slot(long pair) {
        return (int) ((pair ^ pair >>> 29) * 0x9E3779B97F4A7C15L >>> shift);
    }

    /// Whether no merge reaches over the place between two characters.
    boolean cuts(char left, char right) {
        return left < DIRECT && right < DIRECT && cuts[left * DIRECT + right];
    }

    /// The id of the code point at `chars[start, end)`, or -1.
    int symbol(char[] chars, int start, int end) {
        return chars[start] < DIRECT ? direct[chars[start]] : vocabulary.id(chars, start, end);
    }
}
