package io.attend.hub;

/// A model that cannot be had. The message is one line: the model or file, what happened, what to do.
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HubException(String message) {
        super(oneLine(message));
    }

    public HubException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /// What a server says may hold anything.
    private static String oneLine(String message) {
        String brief = message.length() <= 1000 ? message : message.substring(0, 1000) + "...";
        return brief.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ");
    }
}
