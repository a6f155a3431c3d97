package io.attend.task;

import io.attend.generation.TextModel;

/// What a person asks of a model, in the person's terms.
public sealed interface Task permits ReadDate, Translate {
    /// What the command line calls it.
    String verb();

    /// @throws IllegalArgumentException if the input is not one the task can answer, saying why
    String answer(TextModel model, String input);
}
