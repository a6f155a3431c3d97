package io.attend.mask;

/// Keys that lie near enough for a mask to allow them, as attention in blocks computes them: it looks at no
/// others. The mask itself decides which of them are seen.
///
/// The sequence is cut into pieces of `block`; a query sees no key further behind the start of its piece than
/// `behind` steps, nor further ahead of its end than `ahead`. A step is `rate` positions, and only keys whole
/// steps away are seen: a piece is then of every `rate`-th position.
///
/// @param behind steps back from the start of a piece
/// @param ahead steps on from its end
/// @param block positions of a piece, 1 where windows move with the query
/// @param rate positions of a step
public record Band(long behind, long ahead, long block, int rate) {
    /// A window that moves with the query.
    static Band around(long behind, long ahead) {
        return new Band(behind, ahead, 1, 1);
    }

    /// How many keys a piece of the smallest size looks at.
    long width() {
        return behind + block + ahead;
    }

    /// The same as a window that moves with the query: no narrower.
    private Band moving() {
        return around((behind + block - 1) * rate, (ahead + block - 1) * rate);
    }

    /// The same without what is ahead of the query.
    Band endingAtTheQuery() {
        return block == 1 ? new Band(behind, 0, block, rate) : this;
    }

    /// What both leave: either of them would do, and where the sides differ one of each.
    static Band both(Band one, Band other) {
        Band met = around(
                Math.min(one.moving().behind, other.moving().behind),
                Math.min(one.moving().ahead, other.moving().ahead));
        Band narrower = one.width() <= other.width() ? one : other;
        return narrower.width() <= met.width() ? narrower : met;
    }

    /// What holds the keys of either.
    static Band either(Band one, Band other) {
        return one.equals(other)
                ? one
                : around(
                        Math.max(one.moving().behind, other.moving().behind),
                        Math.max(one.moving().ahead, other.moving().ahead));
    }

    /// Queries of a block that attention computes at once: whole pieces, about as many as their keys reach
    /// beyond them, and at most half of the sequence.
    ///
    /// @param queries T
    public long queries(long queries) {
        long wanted = Math.max(16, behind + ahead);
        long most = Math.max(1, ((queries + 1) / 2 + rate - 1) / rate);
        return (Math.min(wanted, most) + block - 1) / block * block;
    }

    /// Keys that a query is computed with, the hidden ones among them.
    ///
    /// @param queries T
    public long keys(long queries) {
        return behind + queries(queries) + ahead;
    }
}
