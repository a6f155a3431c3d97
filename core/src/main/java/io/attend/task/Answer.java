package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tokenizer.Encoding;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The part of a text that answers a question.
///
///     score(i, j) = softmax(start)ᵢ · softmax(end)ⱼ        i ≤ j < i + longest, both inside the text
///
///     attend run answer roberta-squad "Who wrote it?" "The play was written by Shakespeare."
///
/// A long text is read in windows that overlap, each with the whole question; the chances of a window are its
/// own. A span begins and ends with whole words. Windows of an input are read together.
///
/// @param longest tokens of an answer at most
/// @param window tokens of a window at most, the question included
/// @param overlap tokens that a window shares with the one before; at most half a window's
/// @param top answers, the likeliest first
@Source(paper = "SQuAD: 100,000+ Questions for Machine Comprehension of Text", arxiv = "1606.05250")
public record Answer(
        @Default("15") int longest,
        @Default("384") int window,
        @Default("128") int overlap,
        @Default("1") int top) implements Task<List<Answer.Span>> {
    public static final Answer EXAMPLE = new Answer(15, 384, 128, 1);

    /// A part of the text, `text.substring(start, end)`.
    public record Span(String answer, double score, int start, int end) {}

    public Answer {
        Checks.top(top);
        if (longest < 1) {
            throw new IllegalArgumentException("longest must be at least 1 token, not " + longest);
        }
        if (window < 1 || overlap < 0) {
            throw new IllegalArgumentException(
                    "window must be at least 1 token and overlap at least 0, not " + window + " and " + overlap);
        }
    }

    @Override
    public String verb() {
        return "answer";
    }

    @Override
    public List<String> asks() {
        return List.of("question", "context");
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.gives() == Gives.SPANS ? Optional.empty() : Optional.of("it points at no answers in a text");
    }

    @Override
    public List<List<Span>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        List<List<Span>> all = new ArrayList<>();
        for (List<String> input : inputs) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                all.add(spans(model, input.getFirst(), input.getLast()));
            }
        }
        return all;
    }

    private List<Span> spans(TextModel model, String question, String context) {
        if (question.isBlank() || context.isBlank()) {
            throw new IllegalArgumentException(
                    "the " + (question.isBlank() ? "question" : "context") + " is empty; give both");
        }
        int length = Math.min(window, model.longest().orElse(window));
        int asked = model.encode(List.of(question, "")).size();
        if (asked >= length) {
            throw new IllegalArgumentException("the question has " + asked
                    + " tokens, which leaves no room for a text in a window of " + length + "; shorten it");
        }
        int shared = Math.min(overlap, (length - asked) / 2);
        List<Encoding> windows = model.windows(question, context, length, shared);
        double[][] logits = Checks.rows(model.scores(windows)); // [B, T · 2]
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            collect(windows.get(i), logits[i], context, spans);
        }
        List<Span> best = new ArrayList<>();
        spans.sort(Comparator.comparingDouble(Span::score).reversed());
        for (Span span : spans) {
            if (best.size() < top && best.stream().noneMatch(one -> one.start == span.start && one.end == span.end)) {
                best.add(span);
            }
        }
        return best;
    }

    /// The best spans of a window.
    private void collect(Encoding window, double[] logits, String context, List<Span> spans) {
        int[] sequences = window.sequences();
        int[] places = java.util.stream.IntStream.range(0, window.size())
                .filter(i -> sequences[i] == 1)
                .toArray();
        if (places.length == 0) {
            return;
        }
        double[] starts = new double[places.length];
        double[] ends = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            starts[i] = logits[2 * places[i]];
            ends[i] = logits[2 * places[i] + 1];
        }
        starts = Checks.softmax(starts);
        ends = Checks.softmax(ends);
        List<Span> found = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            for (int j = i; j < Math.min(places.length, i + longest); j++) {
                double score = starts[i] * ends[j];
                if (found.size() < top || score > found.getLast().score) {
                    int first = edge(window, places[i], -1);
                    int last = edge(window, places[j], 1);
                    int from = window.start(first);
                    int to = window.end(last);
                    insert(found, new Span(context.substring(from, to), score, from, to));
                }
            }
        }
        spans.addAll(found);
    }

    /// Keeps the best, each part of the text once.
    private void insert(List<Span> found, Span span) {
        for (int i = 0; i < found.size(); i++) {
            Span other = found.get(i);
            if (other.start == span.start && other.end == span.end) {
                if (other.score >= span.score) {
                    return;
                }
                found.remove(i);
                break;
            }
        }
        int place = found.size();
        while (place > 0 && found.get(place - 1).score < span.score) {
            place--;
        }
        found.add(place, span);
        if (found.size() > top) {
            found.removeLast();
        }
    }

    /// The first or last token of a token's word.
    private static int edge(Encoding window, int token, int step) {
        int[] words = window.words();
        int[] sequences = window.sequences();
        int at = token;
        while (at + step >= 0
                && at + step < words.length
                && words[token] >= 0
                && words[at + step] == words[token]
                && sequences[at + step] == 1) {
            at += step;
        }
        return at;
    }

    @Override
    public String shown(List<Span> answer) {
        return answer.stream()
                .map(span -> String.format(Locale.ROOT, "%.4f  %s", span.score, span.answer))
                .collect(Collectors.joining("\n"));
    }
}
