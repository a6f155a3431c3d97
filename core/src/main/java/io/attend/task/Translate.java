package io.attend.task;

import io.attend.generation.Decoding;
import io.attend.generation.Languages;
import io.attend.generation.TextModel;
import io.attend.generation.Writing;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// One text into another, by whatever the model was trained on.
///
///     attend run translate runs/mine "ein Hund läuft"
///     attend run translate mbart-large-50 "ein Hund läuft" --set from=de_DE --set to=fr_XX
///
/// Languages are the tokenizer's tokens for them (mBART, NLLB, M2M-100), or name the task of a model that is
/// told by a prefix (T5's `translation_en_to_de`, from `en` to `de`).
///
/// @param limit new tokens at most
/// @param from the language of the text
/// @param to the language it is written in
/// @param decoding how words are chosen, where it is not the model's own way
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record Translate(
        OptionalInt limit,
        Optional<String> from,
        Optional<String> to,
        Optional<Decoding> decoding,
        @Default("[]") List<String> stop)
        implements Task<String> {
    public static final Translate EXAMPLE = new Translate(256);

    public Translate {
        stop = List.copyOf(stop);
    }

    public Translate(int limit) {
        this(OptionalInt.of(limit), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    @Override
    public String verb() {
        return "translate";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.writes() && model.translates()
                ? Optional.empty()
                : Optional.of("it does not read one text to write another");
    }

    private Writing writing(TextModel model) {
        Writing writing = Texts.writing(decoding, limit, stop);
        Optional<String> task = task(model);
        Writing told = Texts.of(model, task, writing);
        return task.isPresent() ? told : told.languages(new Languages(from, to));
    }

    /// The name of the task in a folder that tells tasks apart by prefixes.
    private Optional<String> task(TextModel model) {
        List<String> known = model.settings().tasks().keySet().stream()
                .filter(name -> name.startsWith("translation_"))
                .sorted()
                .toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        String name = "translation_" + from.orElse("?") + "_to_" + to.orElse("?");
        if (!known.contains(name)) {
            throw new IllegalArgumentException("the model knows " + String.join(", ", known) + ", not " + name
                    + "; choose with from and to, such as from=en to=de");
        }
        return Optional.of(name);
    }

    @Override
    public List<String> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        Texts.notEmpty(inputs, "translate");
        return model.write(Texts.only(inputs), writing(model));
    }

    @Override
    public void tell(TextModel model, List<String> input, Consumer<String> told) {
        check(model, List.of(input));
        Texts.notEmpty(List.of(input), "translate");
        model.write(input.getFirst(), writing(model), told);
    }

    @Override
    public String shown(String answer) {
        return answer;
    }
}
