package io.attend.architecture;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.value.Source;

/// How T5 starts: products keep the variance of what they are given, those of queries are smaller by the root
/// of the head size, which its scores are not divided by, and words have a variance of 1.
///
///     W [outputs, inputs] ~ N(0, 1 / inputs)        queries N(0, 1 / (inputs · D))        words N(0, 1)
///
/// The table of relative positions starts with N(0, 1 / E); vectors start as their layers say.
///
/// @param headSize D
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record T5Initialization(int headSize) implements Initialization {
    public static final T5Initialization EXAMPLE = new T5Initialization(5);

    public T5Initialization {
        if (headSize < 1) {
            throw new IllegalArgumentException("headSize must be at least 1, not " + headSize);
        }
    }

    @Override
    public Initializer of(Parameter parameter, Architecture architecture) {
        if (parameter.shape().rank() < 2) {
            return parameter.initializer();
        }
        String name = parameter.name();
        if (name.endsWith("token.weight")) {
            return Initializer.normal(1);
        }
        double inputs = name.endsWith("position.weight")
                ? architecture.width()
                : parameter.shape().size(1);
        return Initializer.normal(1 / Math.sqrt(name.endsWith("query.weight") ? inputs * headSize : inputs));
    }
}
