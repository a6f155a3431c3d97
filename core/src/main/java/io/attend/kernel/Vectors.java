package io.attend.kernel;

import java.nio.ByteOrder;

/// Whether the processor's vectors can be used: Java's Vector API is an incubating module, which a program has
/// only with `--add-modules jdk.incubator.vector`.
public final class Vectors {
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                    && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private static boolean warned;

    private Vectors() {}

    /// Whether products are computed by vectors.
    public static boolean available() {
        return AVAILABLE;
    }

    /// Whether blocks of quantised weights are, too: that takes vectors of 256 bits or more.
    static boolean wide() {
        return AVAILABLE && BlockProducts.WIDE;
    }

    /// Says once that products are slow and what to do.
    static synchronized void warn() {
        if (!warned && !AVAILABLE) {
            warned = true;
            System.getLogger(Vectors.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "quantised products are computed number by number, many times slower than they could be; start"
                                    + " Java with --add-modules jdk.incubator.vector");
        }
    }
}
