package io.attend.layer;

/// An architecture that cannot be built. The message starts with the place in the model, such as
/// `decoder.0.attention`.
public final class ArchitectureException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ArchitectureException(String place, String problem) {
        super(place.isEmpty() ? problem : place + ": " + problem);
    }
}
