package io.attend.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.architecture.Topology.Sizes;
import io.attend.inspect.Catalogue;
import io.attend.inspect.Tree;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.position.LaplacianPosition;
import io.attend.position.RelativePosition;
import io.attend.position.Rotary;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// An architecture is made, compared, written, read, drawn and costed on a class path where the engine does not
/// exist.
class NoNativesTest {
    private static long twoEach(Parameter weight) {
        return 2 * weight.shape().count();
    }

    /// What runs there.
    public static final class WithoutEngine implements Runnable {
        @Override
        public void run() {
            Architecture architecture = Presets.transformerBase(37_000);
            Architecture read = Architecture.parse(architecture.toJson());
            if (!read.equals(architecture) || read.toString().isEmpty()) {
                throw new AssertionError(read);
            }
            Parameters parameters = Parameters.root();
            LaplacianPosition.EXAMPLE.build(parameters.in("position"), 8);
            Rotary.LONG.build(parameters.in("rotary"), new RelativePosition.HeadShape(2, 2, 4));
            if (parameters.all().stream().noneMatch(p -> p.kind() == Parameter.Kind.FIXED)) {
                throw new AssertionError("fixed numbers are not recorded");
            }
            Costs costs = Costs.of(read, Sizes.batch(3).length(7), DType.BFLOAT16, NoNativesTest::twoEach);
            if (costs.parameters() < 60_000_000
                    || Tree.of(read).isEmpty()
                    || Catalogue.markdown().isEmpty()) {
                throw new AssertionError(costs);
            }
        }
    }

    /// Fails there, or the other test shows nothing.
    public static final class WithEngine implements Runnable {
        @Override
        @SuppressWarnings("MustBeClosedChecker")
        public void run() {
            Lifetime.open().close();
        }
    }

    @Test
    void anArchitectureNeedsNoEngine() throws Exception {
        inAJvmWithoutTheEngine(WithoutEngine.class);
    }

    @Test
    void atensorNeedsOne() {
        assertThatThrownBy(() -> inAJvmWithoutTheEngine(WithEngine.class))
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("org/bytedeco");
    }

    private static void inAJvmWithoutTheEngine(Class<? extends Runnable> work) throws Exception {
        URL[] path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("bytedeco"))
                .map(NoNativesTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Class<?> there = loader.loadClass(work.getName());
            assertThat(there).isNotSameAs(work);
            ((Runnable) there.getDeclaredConstructor().newInstance()).run();
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }
}
