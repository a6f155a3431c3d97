package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.value.Variants;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a person asks of a model, in the person's terms. `A` is what one input is answered with.
public sealed interface Task<A>
        permits Answer,
                Classify,
                Embed,
                Fill,
                Generate,
                ReadDate,
                Rerank,
                Search,
                Similarity,
                Summarise,
                Tag,
                Translate,
                ZeroShot {
    /// What the command line calls it.
    String verb();

    /// What the texts of one input are, most often one.
    default List<String> asks() {
        return List.of("text");
    }

    /// How many of [#asks] an input must have; the others may be left out.
    default int needs() {
        return asks().size();
    }

    /// How many texts an input may have: more than [#asks] where the last may be given several times.
    default int most() {
        return asks().size();
    }

    /// Why the model cannot do it; nothing if it can.
    Optional<String> refusal(TextModel model);

    /// What the model answers to each input, all read together. Whoever has many gives a few at a time.
    ///
    /// @param inputs the texts of each input, in the order of [#asks]
    /// @throws IllegalArgumentException if an input is not one the task can answer, saying why
    List<A> answers(TextModel model, List<List<String>> inputs);

    /// An answer for people, without a line end behind it.
    String shown(A answer);

    /// Answers one input for people, a part at a time where it comes in parts.
    default void tell(TextModel model, List<String> input, Consumer<String> told) {
        told.accept(shown(answers(model, List.of(input)).getFirst()));
    }

    /// Refuses a model that cannot do the task, saying what it can do, and inputs of the wrong number of texts.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    default void check(TextModel model, List<List<String>> inputs) {
        refusal(model).ifPresent(why -> {
            String can = all().filter(task -> task.refusal(model).isEmpty())
                    .map(Task::verb)
                    .collect(Collectors.joining(", "));
            throw new IllegalArgumentException(
                    "the model cannot " + verb() + ": " + why + "; it can " + (can.isEmpty() ? "do no task" : can));
        });
        for (List<String> input : inputs) {
            if (input.size() < needs() || input.size() > most()) {
                throw new IllegalArgumentException(verb() + " takes " + String.join(" and ", asks())
                        + (needs() < asks().size() ? ", the last of which may be left out" : "")
                        + (most() > asks().size() ? ", the last of which may be several" : "") + ", but there are "
                        + input.size() + " texts");
            }
        }
    }

    /// An example of every task, in the order of `permits`.
    static Stream<Task<?>> all() {
        return Arrays.stream(Task.class.getPermittedSubclasses()).map(variant ->
                (Task<?>) Variants.examples(variant.asSubclass(Record.class)).getFirst());
    }
}
