package io.attend.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// Loads libtorch, once, in the way that cannot go wrong, and holds the constants of the binding that would
/// otherwise be allocated anew at every call.
final class Engine {
    static {
        // JavaCPP's garbage-collected pointers cost 2.8 instead of 1.1 microseconds a call; Lifetime replaces
        // them.
        System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
        waitPassively();
        try {
            // Unpack every native library before the first is linked: with a libtorch of the system's own in its
            // library folders the loader would otherwise mix the two and crash.
            Loader.cacheResources("/org/bytedeco/pytorch/" + Loader.getPlatform() + "/");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot unpack the native libraries into " + cacheFolder() + "; free 500 MB there or name another"
                            + " folder with -Dorg.bytedeco.javacpp.cachedir=DIR",
                    e);
        }
        try {
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError e) {
            throw new IllegalStateException(
                    "no native libraries for " + Loader.getPlatform() + "; Attend runs on linux-x86_64, macosx-arm64,"
                            + " macosx-x86_64 and windows-x86_64",
                    e);
        }
    }

    static final TensorOptional NO_TENSOR = keep(new TensorOptional());
    static final GeneratorOptional NO_GENERATOR = keep(new GeneratorOptional());
    static final ScalarTypeOptional NO_TYPE = keep(new ScalarTypeOptional());
    static final LayoutOptional NO_LAYOUT = keep(new LayoutOptional());
    static final DeviceOptional NO_DEVICE = keep(new DeviceOptional());
    static final BoolOptional NO_BOOL = keep(new BoolOptional());
    static final DoubleOptional NO_DOUBLE = keep(new DoubleOptional());
    static final org.bytedeco.pytorch.MemoryFormatOptional NO_FORMAT =
            keep(new org.bytedeco.pytorch.MemoryFormatOptional());
    static final TensorArrayRefOptional NO_TENSORS = keep(new TensorArrayRefOptional());

    private Engine() {}

    /// Loads the engine if this is the first call.
    static void start() {}

    /// Makes a native constant outlive whatever lifetime is open while this class is initialised.
    static <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /// Has the engine's threads sleep while they wait for each other, unless the environment says otherwise.
    /// Spinning was more than ten times slower on two virtual processors (docs/benchmarks.md). The OpenMP
    /// library reads this once, when it is loaded, so it is set before.
    @SuppressWarnings("restricted") // setenv of the C library, with its own signature
    private static void waitPassively() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("setenv").ifPresent(function -> {
            MethodHandle setenv =
                    linker.downcallHandle(function, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
            try (Arena arena = Arena.ofConfined()) {
                int _ = (int)
                        setenv.invokeExact(arena.allocateFrom("OMP_WAIT_POLICY"), arena.allocateFrom("passive"), 0);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String cacheFolder() {
        try {
            return Loader.getCacheDir().toString();
        } catch (IOException e) {
            return "the cache folder";
        }
    }
}
