package io.attend.training;

import io.attend.architecture.Architecture;

/// How the architecture of a recipe follows from the vocabulary its tokenizer turns out to have.
public sealed interface Blueprint permits GivenArchitecture, Transformer2017 {
    Architecture architecture(int vocabulary);
}
