package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.data.Example;
import io.attend.data.Question;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.head.SpanHead;
import io.attend.layer.Context;
import io.attend.metric.Answers;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The model is asked where in a text the answer to a question begins and where it ends. From [Question]s.
///
///     loss = − ½ mean over windows of log p(first token | question, window) + log p(last token | question,
///     window)
///
/// Read as begin token, question, end token, window of the text, end token. A long text is read in windows that
/// overlap; one without the whole answer, as any where there is none, is answered by the begin token. Judged by
/// SQuAD's exact match and F1 of the words of the best span of all windows.
///
/// @param length tokens of a question and a window with its begin and end tokens
/// @param overlap tokens that a window shares with the one before
/// @param longest tokens of an answer at most, to be judged by
@Source(paper = "SQuAD: 100,000+ Questions for Machine Comprehension of Text", arxiv = "1606.05250")
public record SpanAnswer(
        @Default("384") int length,
        @Default("128") int overlap,
        @Default("30") int longest) implements Objective {
    public static final SpanAnswer EXAMPLE = new SpanAnswer(31, 5, 7);

    public SpanAnswer {
        if (length < 5 || longest < 1) {
            throw new IllegalArgumentException(
                    "length must be at least 5 tokens and longest at least 1, not " + length + " and " + longest);
        }
        if (overlap < 0) {
            throw new IllegalArgumentException("overlap must be at least 0 tokens, not " + overlap);
        }
    }

    @Override
    public List<String> specials() {
        return TextModel.SPECIALS;
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Built(
                this,
                tokenizer,
                Objective.only(Question.class, training, this),
                Objective.only(Question.class, heldOut, this));
    }

    /// A part of the text with its question.
    ///
    /// @param question its number
    /// @param ids all that is read
    /// @param text where the part of the text stands in it, from and to before
    /// @param first the token of the whole text that the part begins with
    /// @param answer the places of the answer's first and last token
    private record Window(int question, int[] ids, int[] text, int first, long[] answer) {}

    private static final class Built implements Ready<Window> {
        private static final int AT_ONCE = 32;
        private static final int SHOWN = 16;

        private final SpanAnswer value;
        private final TextModel.Words words;
        private final List<Window> training;
        private final List<Question> questions;
        private final List<Window> heldOut;

        Built(SpanAnswer value, Tokenizer tokenizer, List<Question> training, List<Question> heldOut) {
            this.value = value;
            this.words = new TextModel.Words(tokenizer);
            this.training = windows(training);
            this.questions = heldOut;
            this.heldOut = windows(heldOut);
        }

        private List<Window> windows(List<Question> asked) {
            List<Window> windows = new ArrayList<>();
            for (int number = 0; number < asked.size(); number++) {
                Question question = asked.get(number);
                int[] ids = words.tokenizer().ids(question.question(), Specials.SKIP);
                Encoding text = words.tokenizer().encode(question.context(), Specials.SKIP);
                int room = value.length - 3 - ids.length;
                if (room <= value.overlap) {
                    throw new IllegalArgumentException("the question \"" + question.question() + "\" of " + ids.length
                            + " tokens leaves room for " + Math.max(0, room)
                            + " of its text, not more than the overlap of "
                            + value.overlap + "; make objective.length larger or objective.overlap smaller");
                }
                for (int from = 0; ; from += room - value.overlap) {
                    int to = Math.min(from + room, text.size());
                    windows.add(window(number, question, ids, text, from, to));
                    if (to == text.size()) {
                        break;
                    }
                }
            }
            return windows;
        }

        private Window window(int number, Question question, int[] ids, Encoding text, int from, int to) {
            int before = ids.length + 2;
            int[] all = new int[before + to - from + 1];
            all[0] = words.begin();
            System.arraycopy(ids, 0, all, 1, ids.length);
            all[before - 1] = words.end();
            all[all.length - 1] = words.end();
            int end = question.start() + question.answer().length();
            long first = 0;
            long last = 0;
            for (int i = from; i < to; i++) {
                all[before + i - from] = text.id(i);
                boolean inside = text.start(i) < end && text.end(i) > question.start();
                first = inside && first == 0 ? before + i - from : first;
                last = inside ? before + i - from : last;
            }
            boolean whole = first > 0
                    && text.start(from + (int) first - before) <= question.start()
                    && text.end(from + (int) last - before) >= end;
            return new Window(
                    number,
                    all,
                    new int[] {before, before + to - from},
                    from,
                    whole ? new long[] {first, last} : new long[] {0, 0});
        }

        @Override
        public Needs needs() {
            return new Needs(words.tokenizer().size(), Optional.of(new SpanHead(0)), OptionalInt.of(value.length));
        }

        @Override
        public void check(Transformer model) {
            if (model.architecture().head().gives() != Gives.SPANS) {
                throw new IllegalArgumentException("model.architecture: answers are pointed at by a SpanHead, not by a "
                        + model.architecture().head().getClass().getSimpleName());
            }
        }

        @Override
        public List<Integer> lengths() {
            return training.stream().map(window -> window.ids.length).toList();
        }

        @Override
        public List<Window> learned() {
            return training;
        }

        @Override
        public List<Window> judged() {
            return heldOut;
        }

        @Override
        public Batch batch(List<Window> windows) {
            long[] answers = windows.stream()
                    .flatMapToLong(window -> java.util.stream.LongStream.of(window.answer))
                    .toArray();
            return new Batch(
                    Inputs.of(Tokens.padded(windows.stream().map(Window::ids).toList(), words.pad())),
                    Tensor.of(answers, windows.size(), 2),
                    windows.stream().mapToLong(window -> window.ids.length).sum(),
                    windows.size());
        }

        /// The best span of a question so far: no answer, until a window has a better one.
        private record Best(double score, String answer) {}

        @Override
        public Judged judge(TextModel text, double loss) {
            List<Best> best = new ArrayList<>(
                    java.util.Collections.nCopies(questions.size(), new Best(Double.NEGATIVE_INFINITY, "")));
            for (int from = 0; from < heldOut.size(); from += AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    List<Window> some = heldOut.subList(from, Math.min(from + AT_ONCE, heldOut.size()));
                    float[] scores = text.model()
                            .forward(batch(some).inputs(), Context.inference())
                            .toFloats(); // [B, T, 2]
                    int row = scores.length / some.size();
                    for (int i = 0; i < some.size(); i++) {
                        Window window = some.get(i);
                        Best found = best(window, scores, i * row);
                        if (found.score > best.get(window.question).score) {
                            best.set(window.question, found);
                        }
                    }
                }
            }
            List<String> answers = best.stream().map(Best::answer).toList();
            List<List<String>> right = questions.stream()
                    .map(question -> List.of(question.answer()))
                    .toList();
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("f1", Answers.f1(answers, right));
            measures.put("exactMatch", Answers.exactMatch(answers, right));
            List<Shown> shown = new ArrayList<>();
            for (int i = 0; i < Math.min(SHOWN, answers.size()); i++) {
                Question question = questions.get(i);
                shown.add(new Shown(
                        question.question() + "\n" + question.context(),
                        Optional.of(question.answer()),
                        answers.get(i)));
            }
            return new Judged(measures, shown);
        }

        /// The span whose scores, of first and last token, are the largest above those of the begin token,
        /// which stands for no answer.
        private Best best(Window window, float[] scores, int at) {
            double none = (double) scores[at] + scores[at + 1];
            double best = 0;
            int[] span = {0, -1};
            for (int i = window.text[0]; i < window.text[1]; i++) {
                for (int j = i; j < Math.min(i + value.longest, window.text[1]); j++) {
                    double score = (double) scores[at + 2 * i] + scores[at + 2 * j + 1] - none;
                    if (score > best) {
                        best = score;
                        span = new int[] {i, j};
                    }
                }
            }
            return new Best(best, span[0] > span[1] ? "" : part(window, span[0], span[1]));
        }

        private String part(Window window, int from, int to) {
            String context = questions.get(window.question).context();
            Encoding text = words.tokenizer().encode(context, Specials.SKIP);
            int before = window.first - window.text[0];
            return context.substring(text.start(from + before), text.end(to + before))
                    .strip();
        }
    }
}
