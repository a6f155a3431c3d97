package io.attend.objective;

import io.attend.data.Document;
import io.attend.data.Example;
import io.attend.data.TokenPair;
import io.attend.generation.Decoding;
import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import io.attend.generation.Written;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Windows of text that are spoilt, and what an encoder-decoder is to write when it reads them. What is spoilt
/// is drawn anew whenever it is learned from; windows to be judged by are always spoilt alike.
final class Restoring implements Objective.Built {
    private static final int SHOWN = 8;

    private final TextModel.Words words;
    private final BiFunction<int[], RandomGenerator, TokenPair> spoil;
    private final int length;
    private final Windows training;
    private final List<TokenPair> heldOut;

    /// @param length tokens of a window
    /// @param spoil what is read and what is to be written, of a window
    Restoring(
            Objective objective,
            TextModel.Words words,
            List<? extends Example> training,
            List<? extends Example> heldOut,
            int length,
            BiFunction<int[], RandomGenerator, TokenPair> spoil) {
        Tokenizer tokenizer = words.tokenizer();
        this.words = words;
        this.spoil = spoil;
        this.length = length;
        this.training =
                new Windows("to learn from", tokenizer, Objective.only(Document.class, training, objective), length);
        Windows judged =
                new Windows("to be judged by", tokenizer, Objective.only(Document.class, heldOut, objective), length);
        this.heldOut = IntStream.range(0, judged.count())
                .mapToObj(i -> spoil.apply(judged.window(i).tokens(), new SplittableRandom(i)))
                .toList();
    }

    @Override
    public Needs needs() {
        return new Needs(words.tokenizer().size(), Optional.empty(), OptionalInt.of(length + 1));
    }

    @Override
    public void check(Transformer model) {
        TokenPairs.check("spoilt texts", model);
    }

    @Override
    public List<Integer> lengths() {
        return Collections.nCopies(training.count(), length);
    }

    @Override
    public Batch training(List<Integer> examples, RandomGenerator random) {
        return TokenPairs.batch(
                examples.stream()
                        .map(i -> spoil.apply(training.shifted(i, random).tokens(), random))
                        .toList(),
                words);
    }

    @Override
    public int heldOut() {
        return heldOut.size();
    }

    @Override
    public Batch heldOut(int from, int to) {
        return TokenPairs.batch(heldOut.subList(from, to), words);
    }

    /// Judged by perplexity, exp(loss), and the share of tokens that are the likeliest behind the right ones.
    @Override
    public Objective.Judged judge(TextModel text, double loss) {
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("accuracy", Asked.guessed(text.model(), this).accuracy());
        measures.put("perplexity", Math.exp(loss));
        List<Objective.Shown> shown = new ArrayList<>();
        List<TokenPair> some = heldOut.subList(0, Math.min(SHOWN, heldOut.size()));
        int longest = some.stream().mapToInt(pair -> pair.target().length).max().orElseThrow();
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tensor begin = Tensor.full(Shape.of(some.size(), 1), words.begin(), DType.INT64);
            List<Written> written = new Greedy(longest)
                    .write(
                            text.model(),
                            new Decoding.Start(
                                    Optional.of(heldOut(0, some.size()).inputs().source()), begin, words.end()));
            for (int i = 0; i < some.size(); i++) {
                shown.add(new Objective.Shown(
                        text(some.get(i).source()),
                        Optional.of(text(some.get(i).target())),
                        text(written.get(i).tokens())));
            }
        }
        return new Objective.Judged(measures, shown);
    }

    /// Without the end token.
    private String text(int[] tokens) {
        int length = tokens.length > 0 && tokens[tokens.length - 1] == words.end() ? tokens.length - 1 : tokens.length;
        return words.tokenizer().decode(Arrays.copyOf(tokens, length), Specials.KEEP);
    }
}
