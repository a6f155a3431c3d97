package io.attend.router;

import io.attend.value.Source;

/// Every expert takes all that come: no token is ever dropped, and work may be uneven.
///
///     capacity = ∞
@Source(paper = "Mixtral of Experts", arxiv = "2401.04088")
public record UnlimitedCapacity() implements Capacity {
    public static final UnlimitedCapacity EXAMPLE = new UnlimitedCapacity();

    @Override
    public long of(long length, int choices, int experts) {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isLimited() {
        return false;
    }
}
