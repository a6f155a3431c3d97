package io.attend.objective;

import io.attend.architecture.Decoder;
import io.attend.architecture.Inputs;
import io.attend.data.Document;
import io.attend.data.Example;
import io.attend.embedding.Tokens;
import io.attend.generation.Sampling;
import io.attend.generation.TextModel;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/// The model is asked, at every position of a window of text, for the token that follows. From [Document]s,
/// laid end to end.
///
///     loss = − mean over t of log p(x_{t+1} | x_{t−length+1} ... x_t)
///
/// A window starts anywhere: an epoch has as many windows as fit side by side, each shifted by a random part of
/// its length. Judged on held-out text cut into windows side by side, by perplexity, exp(loss), bits per
/// character, loss · tokens / (characters · ln 2), and perplexity per word, exp(loss · tokens / words), which
/// does not depend on how a text is cut into tokens. Words are what stands between spaces, and line ends, as
/// published figures of WikiText count.
///
/// @param length tokens a window, T
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record NextToken(int length) implements Objective {
    public static final NextToken EXAMPLE = new NextToken(13);

    public NextToken {
        if (length < 1 || length > 1 << 20) {
            throw new IllegalArgumentException("length must be from 1 to 1048576 tokens, not " + length);
        }
    }

    @Override
    public List<String> specials() {
        return TextModel.SPECIALS;
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(
                length,
                tokenizer,
                Objective.only(Document.class, training, this),
                Objective.only(Document.class, heldOut, this));
    }

    private static final class Built implements Objective.Built {
        private final int length;
        private final Tokenizer tokenizer;
        private final int[] training;
        private final int[] heldOut;
        private final double characters;
        private final double words;
        private final String opening;

        Built(int length, Tokenizer tokenizer, List<Document> training, List<Document> heldOut) {
            this.length = length;
            this.tokenizer = tokenizer;
            this.training = tokens(training);
            this.heldOut = tokens(heldOut);
            this.characters = heldOut.stream()
                    .mapToDouble(document ->
                            document.text().codePointCount(0, document.text().length()))
                    .sum();
            this.words = heldOut.stream()
                    .mapToLong(document -> words(document.text()))
                    .sum();
            String first = heldOut.getFirst().text().strip();
            this.opening = first.substring(
                    0, first.offsetByCodePoints(0, Math.min(7, first.codePointCount(0, first.length()))));
            need("to learn from", this.training);
            need("to be judged by", this.heldOut);
        }

        private int[] tokens(List<Document> documents) {
            List<int[]> parts = documents.stream()
                    .map(document -> tokenizer.ids(document.text(), Specials.SKIP))
                    .toList();
            int[] all = new int[parts.stream().mapToInt(part -> part.length).sum()];
            int at = 0;
            for (int[] part : parts) {
                System.arraycopy(part, 0, all, at, part.length);
                at += part.length;
            }
            return all;
        }

        private static long words(String text) {
            boolean[] inWord = new boolean[1];
            return text.codePoints()
                    .filter(point -> {
                        boolean starts = !inWord[0] && !Character.isWhitespace(point);
                        inWord[0] = !Character.isWhitespace(point);
                        return starts || point == '\n';
                    })
                    .count();
        }

        private void need(String what, int[] tokens) {
            if (tokens.length < length + 1) {
                throw new IllegalArgumentException("the text " + what + " has " + tokens.length
                        + " tokens, but a window and what follows it take " + (length + 1)
                        + "; give more text, or objective.length a smaller number");
            }
        }

        @Override
        public Needs needs() {
            return new Needs(tokenizer.size(), Optional.empty(), OptionalInt.of(length));
        }

        @Override
        public void check(Transformer model) {
            if (!(model.architecture().topology() instanceof Decoder)) {
                throw new IllegalArgumentException(
                        "model.architecture: the next token is learned by a Decoder, not by a "
                                + model.architecture().topology().getClass().getSimpleName());
            }
        }

        @Override
        public List<Integer> lengths() {
            return Collections.nCopies((training.length - 1) / length, length);
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return batch(
                    training,
                    examples.stream()
                            .map(i -> Math.min(i * length + random.nextInt(length), training.length - length - 1))
                            .toList());
        }

        @Override
        public int heldOut() {
            return (heldOut.length - 1) / length;
        }

        @Override
        public Batch heldOut(int from, int to) {
            List<Integer> starts = new ArrayList<>();
            for (int i = from; i < to; i++) {
                starts.add(i * length);
            }
            return batch(heldOut, starts);
        }

        private Batch batch(int[] text, List<Integer> starts) {
            long[] read = new long[starts.size() * length];
            long[] follows = new long[read.length];
            int at = 0;
            for (int start : starts) {
                for (int i = 0; i < length; i++, at++) {
                    read[at] = text[start + i];
                    follows[at] = text[start + i + 1];
                }
            }
            return new Batch(
                    Inputs.of(Tokens.of(Tensor.of(read, starts.size(), length))),
                    Tensor.of(follows, starts.size(), length),
                    read.length,
                    read.length);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("perplexity", Math.exp(loss));
            measures.put("wordPerplexity", Math.exp(loss * heldOut.length / words));
            measures.put("bitsPerCharacter", loss * heldOut.length / (characters * Math.log(2)));
            int[] prompt = tokenizer.ids(opening, Specials.SKIP);
            int limit = length - prompt.length; // a model may know no position beyond its window
            if (prompt.length == 0 || limit < 1) {
                return new Judged(measures, List.of());
            }
            String written = text.continued(opening, Sampling.temperature(0.8).limit(limit));
            return new Judged(measures, List.of(new Shown(opening, Optional.empty(), written)));
        }
    }
}
