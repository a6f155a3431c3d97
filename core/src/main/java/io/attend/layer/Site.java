package io.attend.layer;

import java.util.OptionalInt;

/// Where a layer is about to be built: the width of its input and output, and the width of the memory it may
/// attend to if there is one.
public record Site(int width, OptionalInt memory) {
    public Site {
        if (width < 1) {
            throw new IllegalArgumentException("width must be at least 1, not " + width);
        }
    }

    public static Site width(int width) {
        return new Site(width, OptionalInt.empty());
    }

    public Site withMemory(int memoryWidth) {
        return new Site(width, OptionalInt.of(memoryWidth));
    }
}
