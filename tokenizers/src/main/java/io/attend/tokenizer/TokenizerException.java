package io.attend.tokenizer;

/// A tokenizer file that cannot be read, or a text a tokenizer cannot take: one line naming the file, the place
/// in it, what was found and what was expected.
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TokenizerException(String message) {
        super(message);
    }

    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
