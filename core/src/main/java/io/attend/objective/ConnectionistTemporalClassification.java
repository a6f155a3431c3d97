package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.data.Example;
import io.attend.data.Transcribed;
import io.attend.embedding.Features;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.head.TokenHead;
import io.attend.layer.Context;
import io.attend.metric.ErrorRate;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The model is asked what a sequence of vectors says, without being told when: CTC. From [Transcribed]
/// examples; the labels are the tokens of their texts, and the padding token stands for "nothing new", the
/// paper's blank.
///
///     loss = − Σ over examples of log Σ_π Π_t p(π_t | vectors, t) / labels in all
///
/// over all π of T steps that become the text when repetitions are made one and blanks are left out. A text
/// that is longer than its vectors, a blank between two equal labels counted, has no such π and is refused:
/// no loss is infinite, and none is taken for zero.
///
/// Judged by the label error rate of the likeliest label of each step, collapsed so; a share of texts is wholly
/// right.
@Source(
        paper = "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with Recurrent Neural"
                + " Networks",
        reference = "Graves et al., ICML 2006")
public record ConnectionistTemporalClassification() implements Objective {
    public static final ConnectionistTemporalClassification EXAMPLE = new ConnectionistTemporalClassification();

    @Override
    public List<String> specials() {
        return TextModel.SPECIALS;
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(
                tokenizer,
                Objective.only(Transcribed.class, training, this),
                Objective.only(Transcribed.class, heldOut, this));
    }

    /// What rows of labels say, where several steps may say one: repetitions are made one, then blanks left
    /// out.
    static int[] collapsed(int[] steps, int blank) {
        return IntStream.range(0, steps.length)
                .filter(t -> steps[t] != blank && (t == 0 || steps[t] != steps[t - 1]))
                .map(t -> steps[t])
                .toArray();
    }

    private static final class Built implements Objective.Built {
        private static final int AT_ONCE = 32;
        private static final int SHOWN = 16;

        private final TextModel.Words words;
        private final Given<Transcribed> given;
        private final List<int[]> training;
        private final List<int[]> heldOut;

        Built(Tokenizer tokenizer, List<Transcribed> training, List<Transcribed> heldOut) {
            this.words = new TextModel.Words(tokenizer);
            this.given = new Given<>(training, heldOut, Transcribed::features);
            this.training = training.stream().map(this::labels).toList();
            this.heldOut = heldOut.stream().map(this::labels).toList();
        }

        private int[] labels(Transcribed example) {
            int[] labels = words.tokenizer().ids(example.text(), Specials.SKIP);
            long again = IntStream.range(1, labels.length)
                    .filter(u -> labels[u] == labels[u - 1])
                    .count();
            int steps = example.features().length;
            if (labels.length == 0 || labels.length + again > steps) {
                throw new IllegalArgumentException("\"" + example.text() + "\" has " + labels.length
                        + " labels, which need " + (labels.length + again) + " vectors, at least 1, but there are "
                        + steps + "; leave the example out, or give more vectors");
            }
            if (Arrays.stream(labels).anyMatch(label -> label == words.pad())) {
                throw new IllegalArgumentException("\"" + example.text() + "\" has the padding token, which stands for"
                        + " nothing; leave it out");
            }
            return labels;
        }

        @Override
        public Needs needs() {
            int vocabulary = words.tokenizer().size();
            return new Needs(vocabulary, Optional.of(new TokenHead(vocabulary, 0)), given.longest());
        }

        @Override
        public void check(Transformer model) {
            given.check(model);
            Head head = model.architecture().head();
            int vocabulary = words.tokenizer().size();
            if (!(head instanceof TokenHead classes) || classes.labels() != vocabulary) {
                throw new IllegalArgumentException("model.architecture: labels are heard by a TokenHead of "
                        + vocabulary + " labels, one for each token, not by " + head);
            }
        }

        @Override
        public List<Integer> lengths() {
            return given.training().stream()
                    .map(example -> example.features().length)
                    .toList();
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return batch(
                    examples.stream().map(given.training()::get).toList(),
                    examples.stream().map(training::get).toList());
        }

        @Override
        public int heldOut() {
            return heldOut.size();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return batch(given.heldOut().subList(from, to), heldOut.subList(from, to));
        }

        private static Batch batch(List<Transcribed> examples, List<int[]> labels) {
            int longest = labels.stream().mapToInt(row -> row.length).max().orElseThrow();
            long[] answers = new long[labels.size() * longest];
            Arrays.fill(answers, Head.IGNORED);
            long answered = 0;
            for (int row = 0; row < labels.size(); row++) {
                for (int u = 0; u < labels.get(row).length; u++, answered++) {
                    answers[row * longest + u] = labels.get(row)[u];
                }
            }
            return new Batch(
                    Inputs.of(Features.padded(
                            examples.stream().map(Transcribed::features).toList())),
                    Tensor.of(answers, labels.size(), longest),
                    examples.stream()
                            .mapToLong(example -> example.features().length)
                            .sum(),
                    answered);
        }

        @Override
        public Tensor loss(Transformer model, Batch batch, Context context) {
            Tensor scores = model.forward(batch.inputs(), context); // [B, T, V]
            long[] read = steps(batch.inputs());
            long[] written = batch.answers()
                    .ne(Head.IGNORED)
                    .to(DType.INT64)
                    .sum(1, Tensor.Axis.DROPPED)
                    .toLongs();
            return scores.to(DType.FLOAT32)
                    .alignments(batch.answers().clampMin(0), read, written, words.pad())
                    .sum()
                    .div(batch.answered());
        }

        private static long[] steps(Inputs inputs) {
            long[] all = new long[(int) inputs.source().batch()];
            Arrays.fill(all, inputs.source().length());
            return inputs.source()
                    .keep()
                    .map(keep ->
                            keep.to(DType.INT64).sum(1, Tensor.Axis.DROPPED).toLongs())
                    .orElse(all);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            List<int[]> heard = new ArrayList<>();
            for (int from = 0; from < heldOut.size(); from += AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    Inputs inputs = heldOut(from, Math.min(from + AT_ONCE, heldOut.size()))
                            .inputs();
                    long[] best = text.model()
                            .forward(inputs, Context.inference())
                            .argmax(-1)
                            .toLongs(); // [B, T]
                    long[] steps = steps(inputs);
                    int longest = best.length / steps.length;
                    for (int row = 0; row < steps.length; row++) {
                        int first = row * longest;
                        heard.add(collapsed(
                                IntStream.range(first, first + (int) steps[row])
                                        .map(t -> (int) best[t])
                                        .toArray(),
                                words.pad()));
                    }
                }
            }
            return new Judged(measures(heard), shown(heard));
        }

        private Map<String, Double> measures(List<int[]> heard) {
            double errors = 0;
            double labels = 0;
            double right = 0;
            for (int i = 0; i < heard.size(); i++) {
                int distance = ErrorRate.distance(
                        Arrays.stream(heard.get(i)).boxed().toList(),
                        Arrays.stream(heldOut.get(i)).boxed().toList());
                errors += distance;
                labels += heldOut.get(i).length;
                right += distance == 0 ? 1 : 0;
            }
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("labelErrorRate", errors / labels);
            measures.put("exactMatch", right / heard.size());
            return measures;
        }

        private List<Shown> shown(List<int[]> heard) {
            return IntStream.range(0, Math.min(SHOWN, heard.size()))
                    .mapToObj(i -> new Shown(
                            given.heldOut().get(i).features().length + " vectors",
                            Optional.of(given.heldOut().get(i).text()),
                            words.tokenizer().decode(heard.get(i))))
                    .toList();
        }
    }
}
