package io.attend.generation;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// How the words of one text are chosen, as chances: of a greedy writer one word has them all.
///
/// @param prompt tokens of it
/// @param random absent words of a greedy writer
record Chooser(List<Rule> rules, Constraint constraint, int prompt, java.util.Optional<SplittableRandom> random) {
    /// The chances of the words that may come next [V].
    ///
    /// @param scores which are changed
    double[] chances(float[] scores, int[] text, int left) {
        rules.forEach(rule -> rule.apply(scores, text));
        constraint.apply(scores, Arrays.copyOfRange(text, prompt, text.length), left);
        if (random.isPresent()) {
            return Scores.chances(scores);
        }
        double[] chances = new double[scores.length];
        chances[Scores.best(scores)] = 1;
        return chances;
    }

    int choose(double[] chances) {
        return Scores.draw(chances, random.map(SplittableRandom::nextDouble).orElse(0.0));
    }

    /// The word that takes the place of a guess: the guess itself as often as the model would have chosen it,
    /// otherwise one of what the guesses fall short of. Whatever the guesses are drawn by, words come out by the
    /// model's chances.
    ///
    ///     keep x with min(1, p(x) / q(x)), else draw from (p − q)₊ / Σ (p − q)₊
    ///
    /// @param chances p, the model's
    int check(Guessing.Guess guess, double[] chances) {
        int token = guess.token();
        boolean drawn = guess.chances().length > 0;
        if (drawn && guess.chances().length != chances.length) {
            throw new IllegalArgumentException("the draft model has " + guess.chances().length
                    + " words, but the model " + chances.length + "; both must have one tokenizer");
        }
        double mine = token < chances.length ? chances[token] : 0;
        double theirs = drawn ? guess.chances()[token] : 1;
        double number = random.map(SplittableRandom::nextDouble).orElse(0.5);
        if (number * theirs < mine) {
            return token;
        }
        double[] rest = new double[chances.length];
        double sum = 0;
        for (int word = 0; word < rest.length; word++) {
            double other = drawn ? guess.chances()[word] : word == token ? 1 : 0;
            rest[word] = Math.max(0, chances[word] - other);
            sum += rest[word];
        }
        if (sum == 0) {
            return choose(chances); // p = q up to rounding
        }
        for (int word = 0; word < rest.length; word++) {
            rest[word] /= sum;
        }
        return choose(rest);
    }
}
