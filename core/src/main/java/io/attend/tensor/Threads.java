package io.attend.tensor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.attend.kernel.Pool;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.bytedeco.pytorch.global.torch;

/// How many processor threads one operation may use, the engine's or a kernel's. Process-wide.
public final class Threads {
    private Threads() {}

    public static int count() {
        Engine.start();
        return torch.get_num_threads();
    }

    /// @throws IllegalArgumentException if `count` is not positive
    public static void use(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("an operation needs at least 1 thread, not " + count);
        }
        Engine.start();
        torch.set_num_threads(count);
        Pool.common().use(count);
        useInProducts(count);
    }

    /// OpenBLAS, which multiplies float32 matrices for the engine, has threads of its own that the engine does
    /// not count: left alone they keep a second core busy for a result that comes no sooner
    /// (docs/benchmarks.md).
    @SuppressWarnings("restricted") // openblas_set_num_threads with its own signature
    private static void useInProducts(int count) {
        SymbolLookup.loaderLookup().find("openblas_set_num_threads").ifPresent(function -> {
            MethodHandle set = Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.ofVoid(JAVA_INT));
            try {
                set.invokeExact(count);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        });
    }
}
