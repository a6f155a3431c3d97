package io.attend.app;

/// A command line that cannot be meant: exit 2.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
