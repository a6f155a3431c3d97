package io.attend.layer;

/// What stands behind one another along the length of what flows through a stack. Norms and feed-forwards work
/// on each row alone and need not know; attention takes the streams apart.
public enum Lanes {
    /// Tokens.
    ONE,
    /// Tokens, and behind them queries for some of them that know where those stand but not what they are:
    /// XLNet.
    QUERIES,
    /// Tokens, and behind them as many vectors again for each of several words ahead: ProphetNet.
    NGRAMS
}
