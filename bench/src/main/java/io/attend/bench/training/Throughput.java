package io.attend.bench.training;

import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.optimizer.AdamW;
import io.attend.optimizer.Optimizer;
import io.attend.tensor.DType;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Seconds of a training step of BERT base in float32, each peer in a process of its own, in turns: Attend,
/// libtorch's own `nn::TransformerEncoder`, DJL's `BertBlock` on its PyTorch engine; and the rate of a large
/// product, beside which theirs is put.
///
///     bench/run io.attend.bench.training.Throughput [BATCH LENGTH THREADS ROUNDS]
public final class Throughput {
    /// Steps of a process; the first few bring the machine up to speed and the quickest counts.
    private static final int STEPS = 5;

    private Throughput() {}

    /// Who trains.
    enum Peer {
        ATTEND,
        LIBTORCH,
        DJL
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 4 && Character.isLetter(arguments[0].charAt(0))) {
            Shape shape = new Shape(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            child(Peer.valueOf(arguments[0]), shape, Integer.parseInt(arguments[3]));
            return;
        }
        int[] given = {4, 128, 2, 3};
        for (int i = 0; i < Math.min(given.length, arguments.length); i++) {
            given[i] = Integer.parseInt(arguments[i]);
        }
        Shape shape = new Shape(given[0], given[1]);
        Map<Peer, Double> best = new EnumMap<>(Peer.class);
        double product = 0;
        for (int round = 0; round < given[3]; round++) {
            for (Peer peer : Peer.values()) {
                double[] said = launch(peer, shape, given[2]);
                best.merge(peer, said[0], Math::min);
                product = Math.max(product, said[1]);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d texts of %d tokens, %d threads; a product of 2,048 reaches %.0f GFLOP/s%n",
                shape.batch(),
                shape.length(),
                given[2],
                product / 1e9);
        for (Peer peer : Peer.values()) {
            double seconds = best.get(peer);
            System.out.printf(
                    Locale.ROOT,
                    "%-8s  %.3f s a step  %4.0f tokens/s  %.2fx Attend's time  %.0f%% of the product's rate%n",
                    peer,
                    seconds,
                    shape.batch() * shape.length() / seconds,
                    seconds / best.get(Peer.ATTEND),
                    100 * shape.flops() / seconds / product);
        }
    }

    private static double[] launch(Peer peer, Shape shape, int threads) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-cp",
                System.getProperty("java.class.path"),
                Throughput.class.getName(),
                peer.name(),
                Integer.toString(shape.batch()),
                Integer.toString(shape.length()),
                Integer.toString(threads));
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(peer + " ended with " + process.exitValue() + " and said " + said);
        }
        String[] numbers = said.strip().split("\\s+");
        int last = numbers.length;
        return new double[] {Double.parseDouble(numbers[last - 2]), Double.parseDouble(numbers[last - 1])};
    }

    private static void child(Peer peer, Shape shape, int threads) throws Exception {
        try (Trained trained = switch (peer) {
            case ATTEND -> new AttendBert(shape, threads);
            case LIBTORCH -> new LibtorchBert(shape, threads);
            case DJL -> new DjlBert(shape, threads);
        }) {
            List<Double> seconds = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                long began = System.nanoTime();
                double loss = trained.step();
                seconds.add((System.nanoTime() - began) / 1e9);
                System.err.printf(Locale.ROOT, "%s loss %.4f in %.2f s%n", peer, loss, seconds.getLast());
            }
            double product = peer == Peer.DJL ? 0 : product();
            System.out.println(seconds.stream().min(Double::compare).orElseThrow() + " " + product);
        }
    }

    /// A model at work.
    interface Trained extends AutoCloseable {
        /// One change of all weights.
        ///
        /// @return the loss before it
        double step();

        @Override
        void close();
    }

    /// Operations a second of the best of several square products.
    private static double product() {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tensor square = Tensor.ones(io.attend.tensor.Shape.of(2048, 2048), DType.FLOAT32);
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < 5; i++) {
                long began = System.nanoTime();
                try (Lifetime _ = Lifetime.open()) {
                    square.matmul(square);
                }
                best = Math.min(best, (System.nanoTime() - began) / 1e9);
            }
            return 2 * Math.pow(2048, 3) / best;
        }
    }

    /// Attend's.
    private static final class AttendBert implements Trained {
        private final Lifetime lifetime = Lifetime.open();
        private final Random random = Random.seeded(2);
        private final Transformer model;
        private final List<Tensor> weights;
        private final Optimizer.Built optimizer;
        private final Tensor ids;

        AttendBert(Shape shape, int threads) {
            Threads.use(threads);
            model = Transformer.initialize(
                    Presets.bert(
                            Shape.VOCABULARY,
                            Shape.LAYERS,
                            Presets.Size.width(Shape.WIDTH).heads(Shape.HEADS),
                            Shape.POSITIONS,
                            Shape.DROPOUT),
                    1);
            weights = model.weights().stream().map(Parameter::tensor).toList();
            weights.forEach(weight -> weight.requiresGrad(true));
            optimizer = AdamW.EXAMPLE.build(model.weights());
            ids = Tensor.of(shape.ids(), shape.batch(), shape.length());
        }

        @Override
        public double step() {
            try (Lifetime _ = Lifetime.open()) {
                Tensor loss = model.loss(Inputs.of(Tokens.of(ids)), ids, 0, Context.training(random));
                double value = loss.item();
                loss.backward();
                Gradients.clip(weights, 1);
                optimizer.step(Shape.RATE);
                weights.forEach(Tensor::clearGrad);
                return value;
            }
        }

        @Override
        public void close() {
            optimizer.close();
            random.close();
            model.close();
            lifetime.close();
        }
    }
}
