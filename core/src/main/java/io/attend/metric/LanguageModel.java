package io.attend.metric;

/// How well text is predicted, from the sum of its negative log-likelihood in nats. Perplexities compare only
/// between equal tokenizations; bits per character compare between all.
public final class LanguageModel {
    private LanguageModel() {}

    /// `e^(nats / tokens)`: among how many tokens the model is as unsure as if all were alike.
    public static double perplexity(double nats, long tokens) {
        return Math.exp(each("tokens", nats, tokens));
    }

    /// `nats / (ln 2 · characters)`
    public static double bitsPerCharacter(double nats, long characters) {
        return each("characters", nats, characters) / Math.log(2);
    }

    private static double each(String name, double nats, long count) {
        if (count < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + count);
        }
        if (!(nats >= 0)) {
            throw new IllegalArgumentException("a negative log-likelihood of " + nats + " is none");
        }
        return nats / count;
    }
}
