package io.attend.attention;

import io.attend.layer.Bias;

/// Which of attention's four projections add a learned vector.
public enum ProjectionBias {
    /// All four.
    ADDED(Bias.ADDED, Bias.ADDED, Bias.ADDED, Bias.ADDED),
    NONE(Bias.NONE, Bias.NONE, Bias.NONE, Bias.NONE),
    /// Query, key and value, as Qwen 2 has it.
    INPUTS(Bias.ADDED, Bias.ADDED, Bias.ADDED, Bias.NONE),
    /// Only the output, as GPT-Neo has it.
    OUTPUT(Bias.NONE, Bias.NONE, Bias.NONE, Bias.ADDED),
    /// All but the key's, which softmax would not see, as Whisper has it.
    ALL_BUT_KEY(Bias.ADDED, Bias.NONE, Bias.ADDED, Bias.ADDED),
    /// All but the query's, which has learned vectors in its place in Funnel.
    ALL_BUT_QUERY(Bias.NONE, Bias.ADDED, Bias.ADDED, Bias.ADDED);

    final Bias query;
    final Bias key;
    final Bias value;
    final Bias output;

    ProjectionBias(Bias query, Bias key, Bias value, Bias output) {
        this.query = query;
        this.key = key;
        this.value = value;
        this.output = output;
    }

    /// All projections or none.
    public static ProjectionBias of(Bias bias) {
        return bias == Bias.ADDED ? ADDED : NONE;
    }
}
