package io.attend.task;

import io.attend.form.Form;
import io.attend.generation.Decoding;
import io.attend.generation.TextModel;
import io.attend.generation.Writing;
import io.attend.state.Cache;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// What follows a prompt, or what an encoder-decoder writes about a text.
///
///     attend run generate runs/shakespeare "O Romeo" --temperature 0.8 --top-p 0.95 --limit 200
///
/// The model's `generation_config.json` says how words are chosen where nothing else is asked for.
///
/// @param decoding how words are chosen
/// @param limit new tokens at most
/// @param stop texts that end what is written, and are not part of it
/// @param form what the text must look like
/// @param cache how keys and values are kept
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "Radford and others, OpenAI, 2019")
public record Generate(
        Optional<Decoding> decoding,
        OptionalInt limit,
        @Default("[]") List<String> stop,
        Optional<Form> form,
        Optional<Cache> cache)
        implements Task<String> {
    public static final Generate EXAMPLE =
            new Generate(Optional.empty(), OptionalInt.empty(), List.of(), Optional.empty(), Optional.empty());

    public Generate(Optional<Decoding> decoding, OptionalInt limit, List<String> stop) {
        this(decoding, limit, stop, Optional.empty(), Optional.empty());
    }

    public Generate {
        stop = List.copyOf(stop);
    }

    @Override
    public String verb() {
        return "generate";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.writes() ? Optional.empty() : Optional.of("it reads but does not write");
    }

    private Writing writing() {
        Writing writing = Texts.writing(decoding, limit, stop);
        writing = form.isPresent() ? writing.form(form.get()) : writing;
        return cache.isPresent() ? writing.cache(cache.get()) : writing;
    }

    @Override
    public List<String> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        return model.write(Texts.only(inputs), writing());
    }

    @Override
    public void tell(TextModel model, List<String> input, Consumer<String> told) {
        check(model, List.of(input));
        model.write(input.getFirst(), writing(), told);
    }

    @Override
    public String shown(String answer) {
        return answer;
    }
}
