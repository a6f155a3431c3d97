package io.attend.tokenizer.chat;

/// The values that are none.
enum Missing {
    /// A name or key that has no value.
    UNDEFINED(""),
    /// Python's None.
    NONE("None");

    private final String printed;

    Missing(String printed) {
        this.printed = printed;
    }

    @Override
    public String toString() {
        return printed;
    }
}
