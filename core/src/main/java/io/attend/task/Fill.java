package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Specials;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The likeliest words where the text has the mask token.
///
///     p(word | text) = softmax(scores at the mask)
///
///     attend run fill bert-base-uncased "Paris is the [MASK] of France."
///
/// @param top guesses for each mask, the likeliest first; equally likely ones by their ids
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Fill(@Default("5") int top) implements Task<List<Fill.Guess>> {
    public static final Fill EXAMPLE = new Fill(5);

    /// A word for a mask.
    ///
    /// @param mask which of the masks of the text, from 0
    /// @param text the whole text with the word in its place
    public record Guess(int mask, String word, int token, double score, String text) {}

    public Fill {
        Checks.top(top);
    }

    @Override
    public String verb() {
        return "fill";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        boolean blind = model.writes() && !model.translates();
        if (model.gives() != Gives.WORDS || blind) {
            return Optional.of(blind ? "it does not see what stands behind a hidden word" : "it scores no words");
        }
        return model.settings().mask().isPresent()
                ? Optional.empty()
                : Optional.of("its tokenizer has no token for a hidden word");
    }

    @Override
    public List<List<Guess>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        int mask = model.settings().mask().orElseThrow();
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            List<Encoding> encodings = Excess.REFUSED.encode(model, inputs);
            List<int[]> places = new ArrayList<>();
            for (int row = 0; row < inputs.size(); row++) {
                places.add(
                        places(encodings.get(row).ids(), mask, inputs.get(row).getFirst(), model));
            }
            double[][] chances = Checks.rows(model.scores(encodings, places).softmax(-1)); // [N, V]
            List<List<Guess>> all = new ArrayList<>();
            int asked = 0;
            for (int row = 0; row < inputs.size(); row++) {
                int[] ids = encodings.get(row).ids();
                List<Guess> guesses = new ArrayList<>();
                for (int i = 0; i < places.get(row).length; i++) {
                    Specials specials = places.get(row).length == 1 ? Specials.SKIP : Specials.KEEP;
                    for (int token : Checks.best(chances[asked], top)) {
                        int[] filled = ids.clone();
                        filled[places.get(row)[i]] = token;
                        guesses.add(new Guess(
                                i,
                                model.tokenizer().decode(token),
                                token,
                                chances[asked][token],
                                model.tokenizer().decode(filled, specials)));
                    }
                    asked++;
                }
                all.add(List.copyOf(guesses));
            }
            return all;
        }
    }

    private static int[] places(int[] ids, int mask, String text, TextModel model) {
        int[] places =
                IntStream.range(0, ids.length).filter(i -> ids[i] == mask).toArray();
        if (places.length == 0) {
            throw new IllegalArgumentException("\"" + text + "\" hides no word; write "
                    + model.tokenizer().token(mask) + " where one is to be found");
        }
        return places;
    }

    @Override
    public String shown(List<Guess> answer) {
        return answer.stream()
                .map(guess -> String.format(Locale.ROOT, "%.4f  %s", guess.score, guess.text))
                .collect(Collectors.joining("\n"));
    }
}
