package io.attend.bench.generation;

import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.ModelSupport;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import com.sun.management.OperatingSystemMXBean;
import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import io.attend.huggingface.Pretrained;
import io.attend.kernel.Bandwidth;
import io.attend.model.Session;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// One engine in a process of its own: tokens a second of reading a prompt and of writing behind it, by the
/// clock and by processor time, as one line of JSON. The best of four rounds, the first of which warm up.
///
///     Speed attend|llama.cpp|jlama PATH THREADS PROMPT NEW
///     Speed read MEGABYTES THREADS
final class Speed {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final int ROUNDS = 4;

    private Speed() {}

    /// Seconds of something.
    private record Took(double wall, double processor) {
        static final Took LONG = new Took(Double.MAX_VALUE, Double.MAX_VALUE);

        static Took of(Runnable work) {
            long wall = System.nanoTime();
            long processor = SYSTEM.getProcessCpuTime();
            work.run();
            return new Took((System.nanoTime() - wall) / 1e9, (SYSTEM.getProcessCpuTime() - processor) / 1e9);
        }

        Took least(Took other) {
            return new Took(Math.min(wall, other.wall), Math.min(processor, other.processor));
        }

        Took less(Took other) {
            return new Took(wall - other.wall, processor - other.processor);
        }
    }

    /// An engine: starts a text anew with so many tokens, and goes on by one.
    private interface Engine {
        Took prompt(int tokens);

        /// So many tokens behind the prompt.
        Took write(int tokens);
    }

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[2]);
        if (arguments[0].equals("read")) {
            System.out.printf(
                    Locale.ROOT,
                    "{\"gigabytes_a_second\": %.2f}%n",
                    Bandwidth.measured(Long.parseLong(arguments[1]) << 20, threads) / 1e9);
            return;
        }
        int prompt = Integer.parseInt(arguments[3]);
        int more = Integer.parseInt(arguments[4]);
        Path path = Path.of(arguments[1]);
        Engine engine = switch (arguments[0]) {
            case "attend" -> new Attend(path, threads);
            case "llama.cpp" -> new LlamaCpp(path, threads, prompt);
            case "jlama" -> new Jlama(path);
            default -> throw new IllegalArgumentException("no engine " + arguments[0]);
        };
        Took read = Took.LONG;
        Took written = Took.LONG;
        for (int round = 0; round < ROUNDS; round++) {
            read = read.least(engine.prompt(prompt));
            written = written.least(engine.write(more));
        }
        System.out.printf(
                Locale.ROOT,
                "{\"engine\": \"%s\", \"model\": \"%s\", \"threads\": %d, \"prompt\": %d, \"prefill\": %.1f,"
                        + " \"prefill_processor\": %.1f, \"decode\": %.2f, \"decode_processor\": %.2f}%n",
                arguments[0],
                path,
                threads,
                prompt,
                prompt / read.wall,
                prompt / read.processor,
                more / written.wall,
                more / written.processor);
        System.out.flush();
        Runtime.getRuntime().halt(0); // peers leave threads behind
    }

    private static final class Attend implements Engine {
        private final Pretrained model;
        private Optional<Session> session = Optional.empty();

        Attend(Path path, int threads) {
            Threads.use(threads);
            model = Pretrained.packed(path);
        }

        @Override
        public Took prompt(int tokens) {
            session.ifPresent(Session::close);
            session = Optional.of(model.model().session(Optional.empty()));
            long[] ids = new long[tokens];
            for (int i = 0; i < tokens; i++) {
                ids[i] = 261L + i % 7;
            }
            return Took.of(() -> next(ids));
        }

        @Override
        public Took write(int tokens) {
            return Took.of(() -> {
                for (int i = 0; i < tokens; i++) {
                    next(261 + i % 7);
                }
            });
        }

        private void next(long... ids) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                session.orElseThrow().next(Tensor.of(ids, 1, ids.length));
            }
        }
    }

    private static final class LlamaCpp implements Engine {
        private final LlamaModel model;
        private final String prompt;
        private Took first = Took.LONG;

        LlamaCpp(Path path, int threads, int prompt) {
            this.prompt = "a" + " a".repeat(prompt - 1);
            model = new LlamaModel(new ModelParameters()
                    .setModel(path.toString())
                    .setThreads(threads)
                    .setThreadsBatch(threads)
                    .setCtxSize(4096)
                    .disableLog());
            int tokens = model.encode(this.prompt).length;
            if (tokens != prompt) {
                throw new IllegalStateException("the prompt has " + tokens + " tokens, not " + prompt);
            }
        }

        @Override
        public Took prompt(int tokens) {
            first = write0(1);
            return first;
        }

        @Override
        public Took write(int tokens) {
            return write0(1 + tokens).less(first);
        }

        private Took write0(int tokens) {
            InferenceParameters asked = new InferenceParameters(prompt)
                    .setNPredict(tokens)
                    .setTemperature(0)
                    .setTopK(1)
                    .setIgnoreEos(true)
                    .setCachePrompt(false);
            return Took.of(() -> {
                int count = 0;
                for (LlamaOutput _ : model.generate(asked)) {
                    count++;
                }
                if (count < tokens) {
                    throw new IllegalStateException("llama.cpp wrote " + count + " tokens, not " + tokens);
                }
            });
        }
    }

    /// Its threads are set by -Djlama.thread_count.
    private static final class Jlama implements Engine {
        private final AbstractModel model;
        private KvBufferCache.KvBuffer buffer;
        private int position;

        Jlama(Path path) {
            boolean eight = path.toString().endsWith("-i8");
            model = ModelSupport.loadModel(
                    path.toFile(),
                    com.github.tjake.jlama.safetensors.DType.F32,
                    eight
                            ? com.github.tjake.jlama.safetensors.DType.I8
                            : com.github.tjake.jlama.safetensors.DType.BF16);
            buffer = buffer();
        }

        private KvBufferCache.KvBuffer buffer() {
            return new KvBufferCache(model).getKvBuffer(UUID.randomUUID());
        }

        @Override
        public Took prompt(int tokens) {
            buffer.close();
            buffer = buffer();
            int[] ids = new int[tokens];
            for (int i = 0; i < tokens; i++) {
                ids[i] = 261 + i % 7;
            }
            position = tokens;
            return Took.of(() -> {
                try (AbstractTensor<?, ?> last = model.batchForward(ids, 0, buffer)) {
                    model.getLogits(last.slice(last.shape().first() - 1));
                }
            });
        }

        @Override
        public Took write(int tokens) {
            return Took.of(() -> {
                for (int i = 0; i < tokens; i++) {
                    try (AbstractTensor<?, ?> last = model.forward(261 + i % 7, position++, buffer, Optional.empty())) {
                        model.getLogits(last);
                    }
                }
            });
        }
    }
}
