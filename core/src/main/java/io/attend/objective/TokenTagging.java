package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.data.Example;
import io.attend.data.Tagged;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.head.Head;
import io.attend.head.TokenHead;
import io.attend.layer.Context;
import io.attend.metric.Entities;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The model is asked for the tag of every word, such as whether it begins a name. From [Tagged] examples; the
/// tags are those that occur, in alphabetical order.
///
///     loss = − mean over words of log p(tag | text)        asked at the first token of each word
///
/// Judged by accuracy over words, and where all tags are `O` or begin with `B-`, `I-`, `E-` or `S-` by the F1
/// of whole entities, as seqeval counts them; a word behind `length` is taken for the most frequent tag.
///
/// @param length tokens of a text that are read, begin and end token included; what is behind them is cut off
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record TokenTagging(@Default("128") int length) implements Objective {
    public static final TokenTagging EXAMPLE = new TokenTagging(17);

    public TokenTagging {
        if (length < 3) {
            throw new IllegalArgumentException("length must be at least 3 tokens, not " + length);
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
                length,
                tokenizer,
                Objective.only(Tagged.class, training, this),
                Objective.only(Tagged.class, heldOut, this));
    }

    /// A sentence as tokens.
    ///
    /// @param sentence the sentence itself
    /// @param ids begin token, text, end token
    /// @param words for each token the word that begins with it, -1 at all others
    private record Read(Tagged sentence, int[] ids, int[] words) {}

    private static final class Built implements Ready<Read> {
        private static final int SHOWN = 16;

        private final int length;
        private final TextModel.Words words;
        private final List<String> labels;
        private final List<Read> training;
        private final List<Read> heldOut;

        Built(int length, Tokenizer tokenizer, List<Tagged> training, List<Tagged> heldOut) {
            this.length = length;
            this.words = new TextModel.Words(tokenizer);
            this.labels = List.copyOf(training.stream()
                    .flatMap(sentence -> sentence.tags().stream())
                    .collect(Collectors.toCollection(TreeSet::new)));
            this.training = training.stream().map(this::read).toList();
            this.heldOut = heldOut.stream().map(this::read).toList();
            heldOut.stream()
                    .flatMap(sentence -> sentence.tags().stream())
                    .filter(tag -> !labels.contains(tag))
                    .findFirst()
                    .ifPresent(tag -> {
                        throw new IllegalArgumentException("a held-out word has the tag \"" + tag
                                + "\", which none to learn from has; they have " + labels);
                    });
        }

        private Read read(Tagged sentence) {
            Encoding encoding = words.tokenizer().encode(sentence.text(), Specials.SKIP);
            int kept = Math.min(encoding.size(), length - 2);
            int[] ids = new int[kept + 2];
            int[] begins = new int[kept + 2];
            Arrays.fill(begins, -1);
            ids[0] = words.begin();
            ids[kept + 1] = words.end();
            int word = 0;
            int begun = -1; // the last word with a token
            int from = 0; // where the word begins in the text
            for (int i = 0; i < kept; i++) {
                ids[i + 1] = encoding.id(i);
                while (word < sentence.words().size()
                        && from + sentence.words().get(word).length() <= encoding.start(i)) {
                    from += sentence.words().get(word).length() + 1;
                    word++;
                }
                boolean inside = word < sentence.words().size() && encoding.end(i) > from;
                if (inside && begun < word) {
                    begins[i + 1] = word;
                    begun = word;
                }
            }
            return new Read(sentence, ids, begins);
        }

        @Override
        public Needs needs() {
            return new Needs(
                    words.tokenizer().size(), Optional.of(new TokenHead(labels.size(), 0)), OptionalInt.of(length));
        }

        @Override
        public void check(Transformer model) {
            if (model.architecture().head().gives() != Gives.TAGS) {
                throw new IllegalArgumentException("model.architecture: words are tagged by a TokenHead, not by a "
                        + model.architecture().head().getClass().getSimpleName());
            }
        }

        @Override
        public Optional<List<String>> labels() {
            return Optional.of(labels);
        }

        @Override
        public List<Integer> lengths() {
            return training.stream().map(sentence -> sentence.ids.length).toList();
        }

        @Override
        public List<Read> learned() {
            return training;
        }

        @Override
        public List<Read> judged() {
            return heldOut;
        }

        @Override
        public Batch batch(List<Read> sentences) {
            Tokens tokens = Tokens.padded(sentences.stream().map(Read::ids).toList(), words.pad());
            int longest = Math.toIntExact(tokens.length());
            long[] answers = new long[sentences.size() * longest];
            Arrays.fill(answers, Head.IGNORED);
            long read = 0;
            long answered = 0;
            for (int row = 0; row < sentences.size(); row++) {
                int[] begins = sentences.get(row).words;
                read += begins.length;
                for (int i = 0; i < begins.length; i++) {
                    if (begins[i] >= 0) {
                        answers[row * longest + i] = labels.indexOf(
                                sentences.get(row).sentence.tags().get(begins[i]));
                        answered++;
                    }
                }
            }
            return new Batch(Inputs.of(tokens), Tensor.of(answers, sentences.size(), longest), read, answered);
        }

        @Override
        public Tensor loss(Transformer model, Batch batch, Context context) {
            return Asked.of(model, batch, context).loss(model, 0, context);
        }

        @Override
        public Judged judge(TextModel text, double loss) {
            List<Integer> guesses = Asked.guessed(text.model(), this).guesses();
            String usual = training.stream()
                    .flatMap(read -> read.sentence.tags().stream())
                    .collect(Collectors.groupingBy(tag -> tag, LinkedHashMap::new, Collectors.counting()))
                    .entrySet()
                    .stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            List<List<String>> predicted = new ArrayList<>();
            int next = 0;
            long right = 0;
            long all = 0;
            for (int row = 0; row < heldOut.size(); row++) {
                List<String> wanted = heldOut.get(row).sentence.tags();
                String[] tags = new String[wanted.size()];
                Arrays.fill(tags, usual);
                for (int word : heldOut.get(row).words) {
                    if (word >= 0) {
                        tags[word] = labels.get(guesses.get(next++));
                    }
                }
                predicted.add(List.of(tags));
                for (int i = 0; i < tags.length; i++, all++) {
                    right += tags[i].equals(wanted.get(i)) ? 1 : 0;
                }
            }
            return new Judged(measures(predicted, (double) right / all), shown(predicted));
        }

        private Map<String, Double> measures(List<List<String>> predicted, double accuracy) {
            Map<String, Double> measures = new LinkedHashMap<>();
            if (labels.stream().allMatch(tag -> tag.matches("O|[BIES]-.+"))) {
                List<List<String>> wanted =
                        heldOut.stream().map(read -> read.sentence.tags()).toList();
                measures.put("f1", Entities.score(predicted, wanted).f1());
                measures.put("macroF1", Entities.macroF1(predicted, wanted));
            }
            measures.put("accuracy", accuracy);
            return measures;
        }

        private List<Shown> shown(List<List<String>> predicted) {
            List<Shown> shown = new ArrayList<>();
            for (int i = 0; i < Math.min(SHOWN, predicted.size()); i++) {
                Tagged sentence = heldOut.get(i).sentence;
                shown.add(new Shown(
                        sentence.text(),
                        Optional.of(String.join(" ", sentence.tags())),
                        String.join(" ", predicted.get(i))));
            }
            return shown;
        }
    }
}
