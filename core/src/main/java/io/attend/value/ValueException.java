package io.attend.value;

/// JSON or YAML that does not describe a value. The message starts with the path of the place, such as
/// `$.topology.stack.segments[0].times`.
public final class ValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ValueException(String path, String problem) {
        super(path + ": " + problem);
    }

    ValueException(String path, Throwable cause) {
        super(path + ": " + cause.getMessage(), cause);
    }
}
