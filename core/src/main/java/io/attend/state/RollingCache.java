package io.attend.state;

import io.attend.value.Source;

/// Keys and values of the first few positions and of the latest ones; what stood between is forgotten. A text
/// may go on for ever in memory that does not grow.
///
///     s_1 ... s_sinks | x_t-window+1 ... x_t        numbered 0, 1, 2, ... as they stand here
///
/// A trained model lets much of its attention rest on the first positions, whatever they say: attention sinks.
/// Without them (`sinks` 0, a plain window) a text falls apart once the first position is gone. Positions are
/// counted inside the cache, so that none is farther than in training: keys are remembered as they are before
/// they are turned, and turned anew at every step, (sinks + window)·K·D operations a layer. Tokens that come
/// together see what was remembered before the first of them, and each other. What was forgotten cannot be
/// padded, joined with other texts or gone back to. Positions that are added to embeddings count on: use
/// those that act between queries and keys.
///
/// @param sinks first positions that stay
/// @param window latest positions that stay, the new one included
@Source(paper = "Efficient Streaming Language Models with Attention Sinks", arxiv = "2309.17453")
public record RollingCache(int sinks, int window) implements Cache {
    public static final RollingCache EXAMPLE = new RollingCache(4, 1020);
    public static final RollingCache PLAIN_WINDOW = new RollingCache(0, 1024);

    public RollingCache {
        if (sinks < 0) {
            throw new IllegalArgumentException("a cache cannot keep " + sinks + " sinks");
        }
        if (window < 1) {
            throw new IllegalArgumentException("a window must hold at least 1 position, not " + window);
        }
    }

    @Override
    public boolean rolls() {
        return true;
    }

    @Override
    public Room room() {
        return new RollingRoom(this);
    }
}
