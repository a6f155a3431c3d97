package io.attend.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.Attend;
import io.attend.architecture.Inputs;
import io.attend.embedding.Tokens;
import io.attend.generation.Pool;
import io.attend.layer.Context;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Encoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What tasks that read make of a model's output, against the formulas over the plain forward pass.
class ReadingTest {
    private static final String TEXT = "Paris is the capital of nowhere.";
    private static final String SHORT = "in the ham";

    @TempDir
    Path folder;

    /// One text through the model: its tokens as the tokenizer says, nothing padded.
    private static double[] forward(Attend model, Encoding encoding) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            return model.model()
                    .forward(Inputs.of(tokens(encoding)), Context.inference())
                    .toDoubles();
        }
    }

    private static Tokens tokens(Encoding encoding) {
        long[] types = Arrays.stream(encoding.typeIds()).asLongStream().toArray();
        long[] ids = Arrays.stream(encoding.ids()).asLongStream().toArray();
        return new Tokens(
                Tensor.of(ids, 1, ids.length), Optional.empty(), Optional.of(Tensor.of(types, 1, types.length)));
    }

    private static double[] softmax(double[] x) {
        double sum = Arrays.stream(x).map(Math::exp).sum();
        return Arrays.stream(x).map(one -> Math.exp(one) / sum).toArray();
    }

    private static int[] ranked(double[] x) {
        return IntStream.range(0, x.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -x[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    @Test
    void fillsWithTheLikeliestWords() throws IOException {
        try (Attend model = Attend.load(Folders.bert("bert-mlm", folder))) {
            String text = "Paris [MASK] the capital [MASK] nowhere.";
            Encoding encoding = model.text().tokenizer().encode(text);
            double[] logits = forward(model, encoding);
            List<Fill.Guess> guesses = model.run(new Fill(3), text);
            assertThat(guesses).hasSize(6);
            int[] masks = IntStream.range(0, encoding.size())
                    .filter(i -> encoding.id(i) == 3)
                    .toArray();
            for (int i = 0; i < 6; i++) {
                int place = masks[i / 3];
                double[] chances = softmax(Arrays.copyOfRange(logits, place * 99, (place + 1) * 99));
                int word = ranked(chances)[i % 3];
                Fill.Guess guess = guesses.get(i);
                assertThat(guess.mask()).isEqualTo(i / 3);
                assertThat(guess.token()).isEqualTo(word);
                assertThat(guess.score()).isCloseTo(chances[word], within(1e-5));
                int[] filled = encoding.ids();
                filled[place] = word;
                assertThat(guess.text())
                        .isEqualTo(model.text().tokenizer().decode(filled, io.attend.tokenizer.Specials.KEEP));
            }
            // Beside a longer text the answer is the same.
            List<List<Fill.Guess>> both = model.runAll(new Fill(3), List.of(List.of("[MASK]"), List.of(text)));
            assertThat(both.get(0).getFirst().token())
                    .isEqualTo(model.run(new Fill(1), "[MASK]").getFirst().token());
            assertThat(both.get(0).getFirst().score())
                    .isCloseTo(model.run(new Fill(1), "[MASK]").getFirst().score(), within(1e-5));
            assertThatThrownBy(() -> model.run(new Fill(3), TEXT))
                    .hasMessage("\"" + TEXT + "\" hides no word; write [MASK] where one is to be found");
            assertThatThrownBy(() -> model.run(Tag.EXAMPLE, TEXT))
                    .hasMessage(
                            "the model cannot tag: it has no labels of words; it can embed, fill, search, similarity");
            assertThatThrownBy(() -> new Fill(0)).hasMessage("top must be at least 1, not 0");
        }
    }

    @Test
    void classifiesOneOfSeveral() throws IOException {
        Path bert = Folders.bert("bert-seqcls", folder);
        Folders.replace(bert.resolve("config.json"), "\"LABEL_1\"", "\"spam\"");
        try (Attend model = Attend.load(bert)) {
            double[] chances = softmax(forward(model, model.text().tokenizer().encode(TEXT)));
            List<Classify.Label> labels = model.run(Classify.EXAMPLE, TEXT);
            assertThat(labels).hasSameSizeAs(chances);
            int[] order = ranked(chances);
            for (int i = 0; i < order.length; i++) {
                assertThat(labels.get(i).label()).isEqualTo(order[i] == 1 ? "spam" : "LABEL_" + order[i]);
                assertThat(labels.get(i).score()).isCloseTo(chances[order[i]], within(1e-5));
            }
            double[] pair = softmax(forward(model, model.text().tokenizer().encode(TEXT, SHORT)));
            List<Classify.Label> judged = model.run(new Classify(1, Excess.REFUSED), TEXT, SHORT);
            assertThat(judged).hasSize(1);
            assertThat(judged.getFirst().score()).isCloseTo(pair[ranked(pair)[0]], within(1e-5));
            List<List<Classify.Label>> all =
                    model.runAll(Classify.EXAMPLE, List.of(List.of(SHORT), List.of(TEXT), List.of(SHORT, TEXT)));
            assertThat(all.get(1).getFirst().score())
                    .isCloseTo(labels.getFirst().score(), within(1e-5));
            assertThatThrownBy(() -> model.run(Classify.EXAMPLE, "a", "b", "c"))
                    .hasMessage(
                            "classify takes text and second text, the last of which may be left out, but there are 3"
                                    + " texts");
            String long63 = "a ".repeat(63);
            assertThatThrownBy(() -> model.run(Classify.EXAMPLE, long63))
                    .hasMessage("the text has 65 tokens, but the model reads 64; shorten it, or set excess=cut to have"
                            + " only its beginning read");
            assertThat(model.run(new Classify(5, Excess.CUT), long63).getFirst().score())
                    .isEqualTo(model.run(Classify.EXAMPLE, "a ".repeat(62))
                            .getFirst()
                            .score());
        }
    }

    @Test
    void classifiesEachLabelByItselfAndByNumbers() throws IOException {
        Path several = Files.createDirectory(folder.resolve("several"));
        try (Attend model = Attend.load(Folders.bert("bert-seqcls-multilabel", several))) {
            double[] logits = forward(model, model.text().tokenizer().encode(TEXT));
            for (Classify.Label label : model.run(Classify.EXAMPLE, TEXT)) {
                double logit = logits[Integer.parseInt(label.label().substring(6))];
                assertThat(label.score()).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-5));
            }
        }
        Path number = Files.createDirectory(folder.resolve("number"));
        try (Attend model = Attend.load(Folders.bert("bert-regression", number))) {
            double[] logits = forward(model, model.text().tokenizer().encode(TEXT));
            assertThat(model.run(Classify.EXAMPLE, TEXT).getFirst().score()).isCloseTo(logits[0], within(1e-5));
        }
    }

    @Test
    void anEncoderDecoderClassifiesWhatItsDecoderReadsShifted() throws IOException {
        try (Attend model = Attend.load(Folders.bart("bart-seqcls", folder));
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            int[] ids = model.text().tokenizer().ids(TEXT);
            long[] source = Arrays.stream(ids).asLongStream().toArray();
            long[] target = new long[source.length];
            target[0] = 2; // decoder_start_token_id
            System.arraycopy(source, 0, target, 1, source.length - 1);
            double[] chances = softmax(model.model()
                    .forward(
                            Inputs.of(
                                    Tokens.of(Tensor.of(source, 1, source.length)),
                                    Tokens.of(Tensor.of(target, 1, target.length))),
                            Context.inference())
                    .toDoubles());
            assertThat(model.run(Classify.EXAMPLE, TEXT).getFirst().score())
                    .isCloseTo(chances[ranked(chances)[0]], within(1e-5));
        }
    }

    @Test
    void embedsByEveryPoolingAndComparesTexts() throws IOException {
        Path bert = Folders.bert("bert-base", folder);
        double[][] rows;
        double[] pooled;
        try (Attend model = Attend.load(bert);
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tokens tokens = tokens(model.text().tokenizer().encode(TEXT));
            var outputs = model.model().outputs(Inputs.of(tokens), Context.inference());
            pooled = java.util.Objects.requireNonNull(outputs.get("pooler_output"))
                    .toDoubles();
            double[] all = java.util.Objects.requireNonNull(outputs.get("last_hidden_state"))
                    .toDoubles();
            rows = new double[all.length / 32][];
            for (int t = 0; t < rows.length; t++) {
                rows[t] = Arrays.copyOfRange(all, 32 * t, 32 * t + 32);
            }
            double[] mean = new double[32];
            double[] most = rows[0].clone();
            for (double[] row : rows) {
                for (int i = 0; i < 32; i++) {
                    mean[i] += row[i] / rows.length;
                    most[i] = Math.max(most[i], row[i]);
                }
            }
            close(model.embed(TEXT), mean, 1);
            close(embed(model, Pool.MAX), most, 1);
            close(embed(model, Pool.FIRST), rows[0], 1);
            close(embed(model, Pool.LAST), rows[rows.length - 1], 1);
            close(embed(model, Pool.POOLER), pooled, 1);
            double norm = Math.sqrt(Arrays.stream(mean).map(x -> x * x).sum());
            close(model.run(Embed.NORMALISED, TEXT), mean, norm);
            List<float[]> both = model.runAll(Embed.EXAMPLE, List.of(List.of(SHORT), List.of(TEXT)));
            close(both.get(1), mean, 1);
            float[] other = model.embed(SHORT);
            double product = 0;
            double length = 0;
            for (int i = 0; i < 32; i++) {
                product += mean[i] * other[i];
                length += other[i] * other[i];
            }
            assertThat(model.run(Similarity.EXAMPLE, TEXT, SHORT))
                    .isCloseTo(product / norm / Math.sqrt(length), within(1e-5));
            assertThat(model.run(Similarity.EXAMPLE, TEXT, TEXT)).isCloseTo(1, within(1e-6));
        }
        Files.writeString(bert.resolve("modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
                """);
        Path pooling = Files.createDirectory(bert.resolve("1_Pooling")).resolve("config.json");
        Files.writeString(
                pooling,
                "{\"word_embedding_dimension\": 32, \"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\":"
                        + " false}");
        try (Attend model = Attend.load(bert)) {
            close(
                    model.embed(TEXT),
                    rows[0],
                    Math.sqrt(Arrays.stream(rows[0]).map(x -> x * x).sum()));
        }
        Folders.replace(pooling, "false", "true");
        assertThatThrownBy(() -> Attend.load(bert))
                .hasMessageContaining("asks for [pooling_mode_cls_token, pooling_mode_mean_tokens]");
    }

    private static float[] embed(Attend model, Pool pool) {
        return model.run(new Embed(Optional.of(pool), Optional.empty(), Excess.REFUSED), TEXT);
    }

    private static void close(float[] vector, double[] expected, double by) {
        assertThat(vector).hasSameSizeAs(expected);
        for (int i = 0; i < vector.length; i++) {
            assertThat((double) vector[i]).isCloseTo(expected[i] / by, within(2e-5));
        }
    }

    /// Every span of every window, in loops.
    @Test
    void answersWithTheBestSpanOfAllWindows() throws IOException {
        String question = "Where is Paris?";
        String context =
                "Angela in Hamburg is the capital of the ham. Paris is in the merkel, of b c d e f g h i j k l m n, in the paris ham w1 w2 w3 xyz is of in.";
        try (Attend model = Attend.load(Folders.bert("bert-qa", folder))) {
            Answer how = new Answer(5, 29, 7, 3);
            List<Answer.Span> answers = model.run(how, question, context);
            List<Answer.Span> expected = new ArrayList<>();
            Encoding whole = model.text().tokenizer().encode(question, context);
            int asked = model.text().tokenizer().encode(question, "").size();
            int[] of = IntStream.range(0, whole.size())
                    .filter(i -> whole.sequences()[i] == 1)
                    .toArray();
            int step = 29 - asked - 7;
            int windows = 0;
            for (int from = 0; ; from += step) {
                windows++;
                int to = Math.min(of.length, from + 29 - asked);
                int[] tokens = Arrays.copyOfRange(of, from, to);
                double[] logits = window(model, whole, asked, tokens);
                double[] starts = new double[tokens.length];
                double[] ends = new double[tokens.length];
                for (int i = 0; i < tokens.length; i++) {
                    starts[i] = logits[2 * (asked - 1 + i)];
                    ends[i] = logits[2 * (asked - 1 + i) + 1];
                }
                double[] s = softmax(starts);
                double[] e = softmax(ends);
                for (int i = 0; i < tokens.length; i++) {
                    for (int j = i; j < Math.min(i + 5, tokens.length); j++) {
                        int first = i;
                        while (first > 0 && whole.words()[tokens[first - 1]] == whole.words()[tokens[i]]) {
                            first--;
                        }
                        int last = j;
                        while (last + 1 < tokens.length
                                && whole.words()[tokens[last + 1]] == whole.words()[tokens[j]]) {
                            last++;
                        }
                        int start = whole.start(tokens[first]);
                        int end = whole.end(tokens[last]);
                        expected.add(new Answer.Span(context.substring(start, end), s[i] * e[j], start, end));
                    }
                }
                if (to == of.length) {
                    break;
                }
            }
            assertThat(windows).as("windows").isGreaterThan(2);
            expected.sort(Comparator.comparingDouble(Answer.Span::score).reversed());
            List<Answer.Span> best = new ArrayList<>();
            for (Answer.Span span : expected) {
                if (best.size() < 3
                        && best.stream().noneMatch(b -> b.start() == span.start() && b.end() == span.end())) {
                    best.add(span);
                }
            }
            assertThat(answers).hasSize(3);
            for (int i = 0; i < 3; i++) {
                assertThat(answers.get(i).answer()).isEqualTo(best.get(i).answer());
                assertThat(answers.get(i).start()).isEqualTo(best.get(i).start());
                assertThat(answers.get(i).end()).isEqualTo(best.get(i).end());
                assertThat(answers.get(i).score()).isCloseTo(best.get(i).score(), within(1e-5));
            }
            assertThatThrownBy(() -> model.run(how, question, " ")).hasMessage("the context is empty; give both");
            assertThatThrownBy(() -> model.run(how, "a ".repeat(40), context))
                    .hasMessageContaining("the question has 43 tokens");
            assertThatThrownBy(() -> model.run(how, question))
                    .hasMessage("answer takes question and context, but there are 1 texts");
        }
    }

    private static double[] window(Attend model, Encoding whole, int asked, int[] tokens) {
        long[] ids = new long[asked + tokens.length];
        long[] types = new long[ids.length];
        for (int i = 0; i < asked - 1; i++) {
            ids[i] = whole.id(i);
        }
        for (int i = 0; i < tokens.length; i++) {
            ids[asked - 1 + i] = whole.id(tokens[i]);
            types[asked - 1 + i] = 1;
        }
        ids[ids.length - 1] = 2;
        types[ids.length - 1] = 1;
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            return model.model()
                    .forward(
                            Inputs.of(new Tokens(
                                    Tensor.of(ids, 1, ids.length),
                                    Optional.empty(),
                                    Optional.of(Tensor.of(types, 1, types.length)))),
                            Context.inference())
                    .toDoubles();
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            first += (double) a[i] * a[i];
            second += (double) b[i] * b[i];
        }
        return product / Math.sqrt(first * second);
    }

    @Test
    void searchesTheTextsMostLikeAQuery() throws IOException {
        List<String> texts = List.of("the capital", "ham", TEXT, "in paris is the ham .", "angela merkel");
        try (Attend model = Attend.load(Folders.bert("bert-base", folder))) {
            double[] scores = texts.stream()
                    .mapToDouble(text -> cosine(model.embed(SHORT), model.embed(text)))
                    .toArray();
            int[] order = ranked(scores);
            List<String> input = new ArrayList<>(List.of(SHORT));
            input.addAll(texts);
            List<Found> found = model.run(new Search(3, Embed.EXAMPLE), input.toArray(String[]::new));
            assertThat(found).hasSize(3);
            for (int i = 0; i < 3; i++) {
                assertThat(found.get(i).place()).isEqualTo(order[i]);
                assertThat(found.get(i).text()).isEqualTo(texts.get(order[i]));
                assertThat(found.get(i).score()).isCloseTo(scores[order[i]], within(1e-5));
            }
            assertThatThrownBy(() -> model.run(Search.EXAMPLE, SHORT))
                    .hasMessage("search takes query and documents, the last of which may be several, but there are 1"
                            + " texts");
            assertThatThrownBy(() -> model.run(Rerank.EXAMPLE, SHORT, TEXT))
                    .hasMessageStartingWith("the model cannot rerank: it judges no pairs of texts; it can ");
        }
    }

    @Test
    void reranksByWhatAPairScores() throws IOException {
        List<String> texts = new ArrayList<>(List.of("the capital", "ham", TEXT, "in paris is the ham ."));
        while (texts.size() < 19) { // more than are read together
            texts.add("w" + texts.size() + " of the w" + 2 * texts.size());
        }
        try (Attend model = Attend.load(Folders.bert("bert-regression", folder))) {
            double[] scores = texts.stream()
                    .mapToDouble(text -> 1
                            / (1
                                    + Math.exp(-forward(
                                            model, model.text().tokenizer().encode(SHORT, text))[0])))
                    .toArray();
            int[] order = ranked(scores);
            List<String> input = new ArrayList<>(List.of(SHORT));
            input.addAll(texts);
            List<Found> found = model.run(new Rerank(19, Excess.REFUSED), input.toArray(String[]::new));
            for (int i = 0; i < 19; i++) {
                assertThat(found.get(i).score()).isCloseTo(scores[order[i]], within(1e-5));
                assertThat(scores[found.get(i).place()]).isCloseTo(scores[order[i]], within(1e-5));
            }
        }
    }

    @Test
    void triesLabelsItWasNeverTaught() throws IOException {
        Path bert = Folders.bert("bert-seqcls", folder);
        List<String> tried = List.of("ham", "paris", "the capital");
        try (Attend model = Attend.load(bert)) {
            assertThatThrownBy(() -> model.run(ZeroShot.EXAMPLE, TEXT))
                    .hasMessageStartingWith("the model cannot zero-shot: no labels of its are called entailment and"
                            + " contradiction; it can classify");
            assertThatThrownBy(() -> model.run(Rerank.EXAMPLE, SHORT, TEXT))
                    .hasMessage("the model has 3 labels, but a pair is judged by one label, or by no and yes; use"
                            + " classify");
        }
        Folders.replace(bert.resolve("config.json"), "\"0\": \"LABEL_0\"", "\"0\": \"CONTRADICTION\"");
        Folders.replace(bert.resolve("config.json"), "\"2\": \"LABEL_2\"", "\"2\": \"entailment\"");
        try (Attend model = Attend.load(bert)) {
            double[][] logits = tried.stream()
                    .map(label -> forward(model, model.text().tokenizer().encode(TEXT, "it is " + label + ".")))
                    .toArray(double[][]::new);
            double[] one =
                    softmax(Arrays.stream(logits).mapToDouble(row -> row[2]).toArray());
            double[] each = Arrays.stream(logits)
                    .mapToDouble(row -> softmax(new double[] {row[0], row[2]})[1])
                    .toArray();
            for (ZeroShot.Choice choice : ZeroShot.Choice.values()) {
                double[] expected = choice == ZeroShot.Choice.ONE ? one : each;
                int[] order = ranked(expected);
                List<Classify.Label> labels = model.run(new ZeroShot(tried, "it is {}.", choice, Excess.REFUSED), TEXT);
                for (int i = 0; i < 3; i++) {
                    assertThat(labels.get(i).label()).isEqualTo(tried.get(order[i]));
                    assertThat(labels.get(i).score()).isCloseTo(expected[order[i]], within(1e-5));
                }
            }
        }
        assertThatThrownBy(() -> new ZeroShot(List.of(), "{}", ZeroShot.Choice.ONE, Excess.CUT))
                .hasMessage("there are no labels to try; give labels=[one,other]");
        assertThatThrownBy(() -> new ZeroShot(tried, "so", ZeroShot.Choice.ONE, Excess.CUT))
                .hasMessage("the hypothesis \"so\" has no {} for a label");
    }
}
