package io.attend.task;

import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// One text into another, by whatever the model was trained on.
///
///     attend run translate runs/mine "ein Hund läuft"
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record Translate(@Default("256") int limit) implements Task {
    public static final Translate EXAMPLE = new Translate(256);

    @Override
    public String verb() {
        return "translate";
    }

    @Override
    public String answer(TextModel model, String input) {
        if (input.isBlank()) {
            throw new IllegalArgumentException("the text is empty; give something to translate");
        }
        return model.write(List.of(input), new Greedy(limit)).getFirst();
    }
}
