package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Text;

/// A normalizer at work: it rewrites a text in place and leaves it one piece. Safe for all threads.
@FunctionalInterface
public interface Rewriter {
    void rewrite(Text text);
}
