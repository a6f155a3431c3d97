package io.attend.value;

import java.util.stream.Collectors;

/// JSON or YAML that does not describe a value. The message starts with the path of the place, such as
/// `$.topology.stack.segments[0].times`.
public final class ValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ValueException(String path, String problem) {
        super(path + ": " + oneLine(problem));
    }

    ValueException(String path, IllegalArgumentException cause) {
        super(path + ": " + oneLine(String.valueOf(cause.getMessage())), cause);
    }

    /// Names from the file may hold anything; on a terminal they must not.
    private static String oneLine(String problem) {
        return problem.codePoints()
                .mapToObj(c -> Character.isISOControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }
}
