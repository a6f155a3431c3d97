package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.model.Transformer;
import io.attend.objective.Needs;

/// How the architecture of a recipe follows from what its data and objective turn out to need.
public sealed interface Blueprint
        permits BahdanauLstm, Bert, Electra, GivenArchitecture, Gpt, MixerStack, T5, Trained, Transformer2017 {
    Architecture architecture(Needs needs);

    /// Gives a model of that architecture the weights that a run begins with, where they are not random.
    default void begin(Transformer model) {}
}
