package io.attend.task;

import io.attend.generation.Decoding;
import io.attend.generation.TextModel;
import io.attend.generation.Writing;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// A text said shorter.
///
///     attend run summarise bart-large-cnn --file article.txt --whole
///
/// A model of many tasks is told so by the prefix that its `task_specific_params` have for `summarization`,
/// whose other settings hold too.
///
/// @param decoding how words are chosen, where it is not the model's own way
/// @param limit new tokens at most
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record Summarise(
        Optional<Decoding> decoding,
        OptionalInt limit,
        @Default("[]") List<String> stop) implements Task<String> {
    public static final Summarise EXAMPLE = new Summarise(Optional.empty(), OptionalInt.empty(), List.of());

    public Summarise {
        stop = List.copyOf(stop);
    }

    @Override
    public String verb() {
        return "summarise";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.writes() && model.translates()
                ? Optional.empty()
                : Optional.of("it does not read one text to write another");
    }

    private Writing writing(TextModel model) {
        return Texts.of(model, Optional.of("summarization"), Texts.writing(decoding, limit, stop));
    }

    @Override
    public List<String> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        Texts.notEmpty(inputs, "summarise");
        return model.write(Texts.only(inputs), writing(model));
    }

    @Override
    public void tell(TextModel model, List<String> input, Consumer<String> told) {
        check(model, List.of(input));
        Texts.notEmpty(List.of(input), "summarise");
        model.write(input.getFirst(), writing(model), told);
    }

    @Override
    public String shown(String answer) {
        return answer;
    }
}
