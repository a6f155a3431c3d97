package io.attend.vocabulary;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.architecture.Topology;
import io.attend.cost.Costs;
import io.attend.tensor.DType;
import io.attend.tensor.Threads;
import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.trainer.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.UnaryOperator;

/// Vocabularies of several kinds and sizes, trained on some texts and measured on others.
///
/// All have the same normalizer, or none, so that none is judged on an easier text.
///
/// @param algorithms in the order they are tried
/// @param sizes tokens at most, ascending
/// @param normalizer what is done to every text first
/// @param meant the model the vocabulary is for
/// @param proxy the small model that is trained with each
/// @param seed of the proxies
public record Study(
        List<Algorithm> algorithms,
        List<Integer> sizes,
        Optional<Normalizer> normalizer,
        Meant meant,
        Proxy proxy,
        long seed) {
    public static final Study USUAL = new Study(
            List.of(
                    Algorithm.BYTE_LEVEL_BPE,
                    Algorithm.BPE,
                    Algorithm.UNIGRAM,
                    Algorithm.WORDPIECE,
                    Algorithm.WORD_LEVEL,
                    Algorithm.CHARACTERS),
            List.of(1_000, 2_000, 4_000, 8_000, 16_000, 32_000),
            Optional.empty(),
            new Meant(512, 6, 2_000),
            Proxy.USUAL,
            1);

    /// The share of the work that making the vocabularies is taken for.
    private static final double VOCABULARIES = 0.2;

    public Study {
        algorithms = List.copyOf(algorithms);
        sizes = sizes.stream().sorted().distinct().toList();
        if (algorithms.isEmpty() || sizes.isEmpty()) {
            throw new IllegalArgumentException("a study needs an algorithm and a size at least");
        }
    }

    /// The decoder a vocabulary is meant for, which is never built: its cost is all that is asked.
    ///
    /// @param width E
    /// @param blocks layers
    /// @param page characters of the text whose reading is counted
    public record Meant(int width, int blocks, int page) {
        public Meant {
            if (width < 1 || blocks < 1 || page < 1) {
                throw new IllegalArgumentException("a model of width " + width + " with " + blocks
                        + " blocks for a page of " + page + " characters; expected numbers from 1");
            }
        }

        private double flops(int vocabulary, long batch, long length) {
            int heads = width % 64 == 0 ? width / 64 : 1;
            Architecture architecture =
                    Presets.gpt(vocabulary, blocks, Presets.Size.width(width).heads(heads), Math.toIntExact(length));
            return Costs.of(architecture, Topology.Sizes.batch(batch).length(length), DType.FLOAT32, _ -> 0)
                    .forwardFlops();
        }
    }

    /// Hears how far a study has come.
    @FunctionalInterface
    public interface Listener {
        /// `share` of the whole is done, and `what` is under way.
        void at(double share, String what);
    }

    /// What came out.
    ///
    /// @param candidates by algorithm, then size
    /// @param best which to take and why
    /// @param tokenizer the best one
    public record Findings(List<Candidate> candidates, Recommendation best, Tokenizer tokenizer) {
        public Findings {
            candidates = List.copyOf(candidates);
        }
    }

    /// A vocabulary while it is measured.
    private record Trained(Candidate candidate, Tokenizer tokenizer, Fit fit) {}

    /// Trains and measures. Proxies are trained side by side, each on one processor, so that their figures are
    /// the same on any machine with the same arithmetic.
    ///
    /// @param training what vocabularies and proxies learn from
    /// @param heldOut what they are measured on
    /// @throws IllegalArgumentException if no vocabulary can be trained
    public Findings run(List<String> training, List<String> heldOut, Listener listener) {
        if (training.isEmpty() || heldOut.stream().allMatch(String::isBlank)) {
            throw new IllegalArgumentException("a study needs texts to train on and others to measure on");
        }
        List<Trained> trained = trained(training, heldOut, listener);
        List<Candidate> candidates = proxy.steps() == 0
                ? trained.stream().map(Trained::candidate).toList()
                : foretelling(trained, training, heldOut, listener);
        listener.at(1, "done");
        Recommendation best = Recommendation.of(candidates);
        return new Findings(
                candidates,
                best,
                trained.get(candidates.indexOf(best.candidate())).tokenizer());
    }

    private List<Trained> trained(List<String> training, List<String> heldOut, Listener listener) {
        Spelling spelling = new Spelling(training);
        UnaryOperator<String> normalized = normalized();
        List<Trained> trained = new ArrayList<>();
        Optional<IllegalArgumentException> refused = Optional.empty();
        int tried = 0;
        for (Algorithm algorithm : algorithms) {
            int before = 0;
            for (int size : sizes) {
                listener.at(
                        VOCABULARIES * tried++ / (algorithms.size() * sizes.size()),
                        String.format(Locale.ROOT, "vocabulary %s %,d", algorithm.label(), size));
                Tokenizer tokenizer;
                try {
                    tokenizer =
                            algorithm.train(algorithm.settings(size).normalizer(normalizer), training, Progress.NONE);
                } catch (IllegalArgumentException e) {
                    refused = Optional.of(e); // too small for what must be in it; a larger one may not be
                    continue;
                }
                if (tokenizer.size() != before) { // else the texts give no more
                    before = tokenizer.size();
                    Fit fit = Fit.of(tokenizer, heldOut, spelling, normalized);
                    trained.add(new Trained(candidate(algorithm, tokenizer, fit), tokenizer, fit));
                }
            }
        }
        if (trained.isEmpty()) {
            throw refused.orElseThrow();
        }
        return trained;
    }

    /// What the normalizer leaves of a text: bytes give back what they are given.
    private UnaryOperator<String> normalized() {
        if (normalizer.isEmpty()) {
            return UnaryOperator.identity();
        }
        Tokenizer bytes = Tokenizer.of(Tokenizer.bytes(List.of()).pipeline().with(normalizer.get()));
        return text -> bytes.decode(bytes.ids(text));
    }

    private Candidate candidate(Algorithm algorithm, Tokenizer tokenizer, Fit fit) {
        int size = tokenizer.size();
        long length = Math.max(1, Math.round(meant.page / fit.charactersPerToken()));
        double together = meant.flops(size, 1, length);
        double apart = length * meant.flops(size, 1, 1);
        return new Candidate(
                algorithm,
                size,
                fit.coverage(),
                fit.unknownRate(),
                fit.returnRate(),
                fit.compression(),
                fit.charactersPerToken(),
                fit.tokensPerWord(),
                (long) size * meant.width,
                length,
                together - apart,
                together / meant.page,
                OptionalDouble.empty());
    }

    private List<Candidate> foretelling(
            List<Trained> trained, List<String> training, List<String> heldOut, Listener listener) {
        double all = trained.stream().mapToDouble(Study::work).sum() * proxy.steps();
        DoubleAdder done = new DoubleAdder();
        int threads = Threads.count();
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<Candidate>> results = trained.stream()
                    .map(one -> workers.submit(() -> {
                        Threads.use(1);
                        double bits = proxy.bitsPerCharacter(one.tokenizer, training, heldOut, one.fit, seed, step -> {
                            done.add(work(one));
                            said(
                                    listener,
                                    VOCABULARIES + (1 - VOCABULARIES) * done.sum() / all,
                                    "proxy " + Recommendation.name(one.candidate));
                        });
                        return one.candidate.foretelling(bits);
                    }))
                    .toList();
            try {
                List<Candidate> candidates = new ArrayList<>();
                for (Future<Candidate> result : results) {
                    candidates.add(result.get());
                }
                return candidates;
            } catch (ExecutionException e) {
                workers.shutdownNow();
                throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                workers.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the study was interrupted", e);
            }
        } finally {
            Threads.use(threads);
        }
    }

    private static synchronized void said(Listener listener, double share, String what) {
        listener.at(share, what);
    }

    /// About what a step of a proxy costs.
    private static double work(Trained one) {
        return (one.candidate.size() + 1_500) / one.candidate.charactersPerToken();
    }
}
