package io.attend.generation;

import io.attend.form.Form;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.TextStream;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Texts being written as one [Writing] asks: what of it comes from the model's folder and what from who asks.
final class TextWriting {
    private final TextModel text;
    private final Tokenizer tokenizer;
    private final Writing how;
    private final OptionalInt begin;
    private final GenerationConfig config;
    private final Set<Integer> ends;
    private final List<String> stops;

    TextWriting(TextModel text, Writing how) {
        this.text = text;
        this.tokenizer = text.tokenizer();
        this.how = how;
        GenerationConfig asked = how.settings().apply(text.settings().generation());
        this.begin = begin(asked);
        this.config = how.languages().target().isPresent() && !Languages.isOne(tokenizer, begin)
                ? asked.forcing(
                        Languages.token(tokenizer, how.languages().target().get()))
                : asked;
        this.ends = config.ends()
                .orElseGet(() ->
                        tokenizer.eos().isPresent() ? Set.of(tokenizer.eos().getAsInt()) : Set.of());
        this.stops = Stream.concat(config.stops().stream(), how.stops().stream())
                .distinct()
                .toList();
    }

    /// A source or a prompt as the model wants it.
    int[] read(int[] ids) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("the prompt is empty; give at least a word to go on from");
        }
        OptionalInt most = text.longest();
        if (most.isPresent() && ids.length > most.getAsInt()) {
            throw new IllegalArgumentException("the text has " + ids.length + " tokens, but the model has room for "
                    + most.getAsInt() + "; shorten it");
        }
        return text.translates() ? how.languages().read(tokenizer, ids) : ids;
    }

    /// Texts of one group are written together: what may be written depends on the length of a prompt in some
    /// settings.
    int group(int prompt) {
        return text.translates() || !config.countsPrompt() ? 0 : prompt;
    }

    void write(List<int[]> inputs, TextModel.Told told) {
        try (Lifetime _ = Lifetime.open()) {
            Decoding decoding = decoding(prompts(inputs));
            List<Row> rows = IntStream.range(0, inputs.size())
                    .mapToObj(row -> new Row(row, text.translates() ? new int[0] : inputs.get(row), told))
                    .toList();
            decoding.write(
                    text.model(),
                    start(inputs, decoding),
                    (row, token) -> rows.get(row).add(token));
            rows.forEach(Row::end);
        }
    }

    /// One text by a scheduler.
    CompletableFuture<String> submit(Scheduler scheduler, int[] input, Predicate<String> told) {
        StringBuilder whole = new StringBuilder();
        Row row = new Row(0, text.translates() ? new int[0] : input, (_, part) -> {
            whole.append(part);
            return told.test(part);
        });
        List<int[]> inputs = List.of(input);
        Decoding decoding = decoding(prompts(inputs));
        CompletableFuture<Written> written =
                scheduler.submit(decoding, () -> start(inputs, decoding), (_, token) -> row.add(token));
        CompletableFuture<String> answer = written.thenApply(_ -> {
            row.end();
            return whole.toString();
        });
        // Whoever gives the text up gives its tokens up.
        CompletableFuture<String> _ = answer.whenComplete((_, _) -> written.cancel(false));
        return answer;
    }

    private List<int[]> prompts(List<int[]> inputs) {
        return text.translates() ? inputs.stream().map(_ -> start()).toList() : inputs;
    }

    private Decoding decoding(List<int[]> prompts) {
        return decoding(prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow());
    }

    private Decoding.Start start(List<int[]> inputs, Decoding decoding) {
        return new Decoding.Start(
                        text.translates() ? Optional.of(text.sources(inputs)) : Optional.empty(),
                        text.prompts(prompts(inputs)),
                        ends)
                .caching(how.cache())
                .drafted(how.draft())
                .constrained(how.form()
                        .<Constraint>map(form -> constraint(form, decoding.limit()))
                        .orElse(Constraint.NONE));
    }

    /// What a decoder begins with: mBART's with the language it writes; mBART-50's, NLLB's and M2M-100's with
    /// the end token, which the language then follows.
    private OptionalInt begin(GenerationConfig config) {
        OptionalInt begin = Stream.of(config.start(), text.settings().usage().start(), config.begin(), tokenizer.bos())
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
        Optional<String> target = how.languages().target();
        boolean language = begin.isEmpty() || Languages.isOne(tokenizer, begin);
        return target.isPresent() && language ? OptionalInt.of(Languages.token(tokenizer, target.get())) : begin;
    }

    private Constraint constraint(Form form, int limit) {
        TokenAutomaton automaton = text.automaton(form, ends);
        if (automaton.shortest() > limit) {
            throw new IllegalArgumentException("the shortest text of the form has " + automaton.shortest()
                    + " tokens, but the limit is " + limit + "; give a larger one");
        }
        return automaton;
    }

    private int[] start() {
        return new int[] {
            begin.orElseThrow(() -> new IllegalArgumentException("nothing says what the decoder begins with:"
                    + " neither decoder_start_token_id nor a begin token; name one in generation_config.json"))
        };
    }

    private Decoding decoding(int prompt) {
        int limit = limit(prompt);
        return how.decoding()
                .map(given -> given.limit(limit).ruled(config.constraints(prompt, limit, ends)))
                .orElseGet(() -> config.decoding(prompt, limit, ends));
    }

    private int limit(int prompt) {
        int limit =
                how.limit().orElseGet(() -> how.decoding().map(Decoding::limit).orElseGet(() -> config.limit(prompt)));
        OptionalInt longest =
                text.model().architecture().topology().embeddings().getLast().longest();
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "the prompt has " + prompt + " tokens, but the model's max_length allows " + (prompt + limit)
                            + " in all; give a limit or a shorter prompt");
        }
        // The last token that is written is not read again.
        return longest.isPresent() ? Math.min(limit, longest.getAsInt() - prompt + 1) : limit;
    }

    /// One text: its tokens become characters, up to a stop string.
    private final class Row {
        private final TextStream stream = tokenizer.stream();
        private final StopStrings stop;
        private boolean going = true;

        Row(int row, int[] prompt, TextModel.Told told) {
            stop = new StopStrings(stops, part -> going &= told.tell(row, part));
            for (int id : prompt) {
                stream.next(id); // how a word begins depends on the one before it
            }
        }

        boolean add(int token) {
            return stop.add(stream.next(token)) && going;
        }

        void end() {
            if (going) {
                stop.add(stream.end());
                stop.end();
            }
        }
    }
}
