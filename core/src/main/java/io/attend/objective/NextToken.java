package io.attend.objective;

import io.attend.architecture.Decoder;
import io.attend.architecture.Inputs;
import io.attend.data.Document;
import io.attend.data.Documents;
import io.attend.data.Example;
import io.attend.data.MappedTokens;
import io.attend.data.Packing;
import io.attend.data.TextWindows;
import io.attend.data.TokenSequence;
import io.attend.data.Window;
import io.attend.embedding.Tokens;
import io.attend.generation.Sampling;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The model is asked, at every position of a window of text, for the token that follows. From [Document]s,
/// laid end to end.
///
///     loss = − mean over t of log p(x_{t+1} | x_{t−length+1} ... x_t)
///
/// A window starts anywhere: an epoch has as many windows as fit side by side, each shifted by a random part of
/// its length. Many short documents are better packed, and may be kept apart: their ends are then marked by the
/// tokenizer's end token, if it has one. From [MappedTokens], which memory need not hold, as from [Document]s;
/// their ends are as they were marked when the file was made.
///
/// Judged on held-out text cut into windows, by perplexity, exp(loss), bits per character, loss · tokens /
/// (characters · ln 2), and where the text is at hand perplexity per word, exp(loss · tokens / words), which
/// does not depend on how a text is cut into tokens. Words are what stands between spaces, and line ends, as
/// published figures of WikiText count.
///
/// @param length tokens a window, T
/// @param packing how documents become windows
/// @param documents whether those that share a window see each other
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record NextToken(
        int length,
        @Default("\"running\"") Packing packing,
        @Default("\"joined\"") Documents documents) implements Objective {
    public static final NextToken EXAMPLE = new NextToken(13);
    public static final NextToken PACKED = new NextToken(13, Packing.BEST_FIT, Documents.APART);

    public NextToken {
        if (length < 1 || length > 1 << 20) {
            throw new IllegalArgumentException("length must be from 1 to 1048576 tokens, not " + length);
        }
    }

    public NextToken(int length) {
        this(length, Packing.RUNNING, Documents.JOINED);
    }

    /// Whether documents are told from each other, and so end with the end token.
    private boolean tellsDocuments() {
        return packing != Packing.RUNNING || documents == Documents.APART;
    }

    @Override
    public List<String> specials() {
        return TextModel.SPECIALS;
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(this, tokenizer, training, heldOut);
    }

    private static final class Built implements Objective.Built {
        private final NextToken value;
        private final int length;
        private final Tokenizer tokenizer;
        private final TextWindows training;
        private final TextWindows heldOut;
        private final long heldOutTokens;
        private final double characters;
        private final OptionalLong words;
        private final String opening;

        Built(NextToken value, Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
            this.value = value;
            this.length = value.length;
            this.tokenizer = tokenizer;
            TokenSequence judged = tokens(heldOut);
            this.training = windows(tokens(training), "to learn from");
            this.heldOut = windows(judged, "to be judged by");
            this.heldOutTokens = judged.size();
            if (judged instanceof MappedTokens mapped) {
                this.characters = mapped.characters();
                this.words = OptionalLong.empty();
                this.opening = opening(tokenizer.decode(mapped.copy(0, (int) Math.min(50, mapped.size()))));
            } else {
                List<Document> texts = Objective.only(Document.class, heldOut, value);
                this.characters = texts.stream()
                        .mapToDouble(document -> document.text()
                                .codePointCount(0, document.text().length()))
                        .sum();
                this.words = OptionalLong.of(texts.stream()
                        .mapToLong(document -> words(document.text()))
                        .sum());
                this.opening = opening(texts.getFirst().text());
            }
        }

        private TextWindows windows(TokenSequence text, String what) {
            return new TextWindows(text, length, value.packing, value.documents, what);
        }

        private static String opening(String text) {
            String first = text.strip();
            return first.substring(
                    0, first.offsetByCodePoints(0, Math.min(7, first.codePointCount(0, first.length()))));
        }

        private TokenSequence tokens(List<? extends Example> examples) {
            if (examples.getFirst() instanceof MappedTokens mapped && examples.size() == 1) {
                mapped.check(tokenizer);
                return mapped;
            }
            OptionalInt end = value.tellsDocuments() ? tokenizer.eos() : OptionalInt.empty();
            return TokenSequence.of(Objective.only(Document.class, examples, value).stream()
                    .map(document -> ended(tokenizer.ids(document.text(), Specials.SKIP), end))
                    .toList());
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

        private static int[] ended(int[] ids, OptionalInt end) {
            if (end.isEmpty()) {
                return ids;
            }
            int[] ended = Arrays.copyOf(ids, ids.length + 1);
            ended[ids.length] = end.getAsInt();
            return ended;
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
            if (value.documents == Documents.APART) {
                checkApart(model);
            }
        }

        /// Changes the first document of a window, and nothing about the second may change.
        private void checkApart(Transformer model) {
            if (!model.architecture().topology().embeddings().getFirst().segmented()) {
                throw refused("its embedding does not take documents");
            }
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                float[] one = second(model, 0);
                float[] other = second(model, tokenizer.size() - 1);
                if (!Arrays.equals(one, other)) {
                    throw refused("a document sees the one before it");
                }
            }
        }

        private static IllegalArgumentException refused(String why) {
            return new IllegalArgumentException("model.architecture: " + why + ", but objective.documents is apart;"
                    + " give a Gpt documents: apart, or an architecture the mask And of Causal and Document and its"
                    + " embedding segments: 0");
        }

        private float[] second(Transformer model, long first) {
            Tokens tokens = new Tokens(
                    Tensor.of(new long[] {first, first, 0, 0}, 1, 4),
                    Optional.empty(),
                    Optional.of(Tensor.of(new long[] {0, 0, 1, 1}, 1, 4)),
                    Optional.of(Tensor.of(new long[] {0, 1, 0, 1}, 1, 4)));
            return model.vectors(Inputs.of(tokens), Context.inference())
                    .narrow(1, 2, 2)
                    .toFloats();
        }

        @Override
        public List<Integer> lengths() {
            return Collections.nCopies(training.count(), length);
        }

        @Override
        public Batch training(List<Integer> examples, RandomGenerator random) {
            return batch(examples.stream()
                    .map(number -> training.window(number, random))
                    .toList());
        }

        @Override
        public int heldOut() {
            return heldOut.count();
        }

        @Override
        public Batch heldOut(int from, int to) {
            return batch(IntStream.range(from, to).mapToObj(heldOut::window).toList());
        }

        private Batch batch(List<Window> windows) {
            long tokens = windows.stream().mapToLong(Window::tokens).sum();
            Tensor answers = tensor(windows, Window::follows);
            boolean[] keep = new boolean[windows.size() * length];
            for (int row = 0; row < windows.size(); row++) {
                Arrays.fill(keep, row * length, row * length + windows.get(row).tokens(), true);
            }
            boolean apart = value.documents == Documents.APART;
            Tokens read = new Tokens(
                    tensor(windows, Window::read),
                    tokens < keep.length ? Optional.of(Tensor.of(keep, windows.size(), length)) : Optional.empty(),
                    apart ? Optional.of(tensor(windows, Window::documents)) : Optional.empty(),
                    apart ? Optional.of(tensor(windows, Window::positions)) : Optional.empty());
            long answered = windows.stream()
                    .flatMapToInt(window -> Arrays.stream(window.follows()))
                    .filter(id -> id != Head.IGNORED)
                    .count();
            return new Batch(Inputs.of(read), answers, tokens, answered);
        }

        private Tensor tensor(List<Window> windows, Function<Window, int[]> part) {
            long[] all = windows.stream()
                    .flatMapToInt(window -> Arrays.stream(part.apply(window)))
                    .asLongStream()
                    .toArray();
            return Tensor.of(all, windows.size(), length);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("perplexity", Math.exp(loss));
            words.ifPresent(count -> measures.put("wordPerplexity", Math.exp(loss * heldOutTokens / count)));
            measures.put("bitsPerCharacter", loss * heldOutTokens / (characters * Math.log(2)));
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
