package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.objective.Needs;

/// How the architecture of a recipe follows from what its data and objective turn out to need.
public sealed interface Blueprint permits BahdanauLstm, Bert, GivenArchitecture, Gpt, T5, Transformer2017 {
    Architecture architecture(Needs needs);
}
