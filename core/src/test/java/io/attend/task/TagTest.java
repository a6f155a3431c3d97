package io.attend.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.Attend;
import io.attend.generation.TextModel;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tokenizer.Encoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Parts of a text out of labels of its tokens, worked by hand from chances that were chosen.
class TagTest {
    @TempDir
    Path folder;

    /// `ang ##ela` (Angela), `merkel`, `in`, `ham ##burg`: labels O, B-PER, I-PER, B-LOC.
    private static final String TEXT = "Angela merkel in Hamburg";

    private static final double[][] CHANCES = {
        {0.25, 0.25, 0.25, 0.25}, // [CLS]
        {0.1, 0.7, 0.1, 0.1}, // angela
        {0.2, 0.1, 0.6, 0.1}, // merkel
        {0.9, 0.05, 0.03, 0.02}, // in
        {0.1, 0.2, 0.3, 0.4}, // ham
        {0.5, 0.1, 0.35, 0.05}, // ##burg
        {0.25, 0.25, 0.25, 0.25}, // [SEP]
    };

    private static List<Tag.Part> tagged(TextModel model, Aggregation how) {
        double[] logits = Arrays.stream(CHANCES)
                .flatMapToDouble(Arrays::stream)
                .map(Math::log)
                .toArray();
        Encoding encoding = model.tokenizer().encode(TEXT);
        assertThat(encoding.size()).isEqualTo(CHANCES.length);
        return new Tag(how, List.of("O"), Excess.REFUSED).parts(model, TEXT, encoding, logits, 4);
    }

    private static void are(List<Tag.Part> parts, Object... expected) {
        assertThat(parts.stream().map(part -> part.label() + " " + part.text()).toList())
                .containsExactly(
                        Arrays.stream(expected).filter(String.class::isInstance).toArray(String[]::new));
        double[] scores = Arrays.stream(expected)
                .filter(Double.class::isInstance)
                .mapToDouble(x -> (Double) x)
                .toArray();
        for (int i = 0; i < scores.length; i++) {
            assertThat(parts.get(i).score()).isCloseTo(scores[i], within(1e-9));
            assertThat(TEXT.substring(parts.get(i).start(), parts.get(i).end()))
                    .isEqualTo(parts.get(i).text());
        }
    }

    @Test
    void aggregatesAsHuggingFaceDoes() throws IOException {
        // The folder has three labels and the chances four: only tokenizer and names are taken from it.
        try (Attend plain = Attend.load(Folders.bert("bert-tokcls", folder))) {
            TextModel model = new TextModel(
                    plain.model(),
                    plain.text().tokenizer(),
                    plain.text().settings().labels(List.of("O", "B-PER", "I-PER", "B-LOC")));
            are(tagged(model, Aggregation.NONE), "B-PER Angela", 0.7, "I-PER merkel", 0.6, "B-LOC Ham", 0.4);
            are(tagged(model, Aggregation.SIMPLE), "PER Angela merkel", 0.65, "LOC Ham", 0.4);
            are(tagged(model, Aggregation.FIRST), "PER Angela merkel", 0.65, "LOC Hamburg", 0.4);
            // (0.1 + 0.5) / 2 = 0.3, 0.15, (0.3 + 0.35) / 2 = 0.325, 0.225: inside a person.
            are(tagged(model, Aggregation.AVERAGE), "PER Angela merkel", 0.65, "PER Hamburg", 0.325);
            // ##burg is surer, and says that it is nothing.
            are(tagged(model, Aggregation.MAX), "PER Angela merkel", 0.65);
        }
    }

    /// The chances are those of the forward pass, whatever else is in the batch.
    @Test
    void tagsTogetherAsAlone() throws IOException {
        try (Attend model = Attend.load(Folders.bert("bert-tokcls", folder));
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tag each = new Tag(Aggregation.NONE, List.of(), Excess.REFUSED);
            Encoding encoding = model.text().tokenizer().encode(TEXT);
            double[] chances =
                    model.text().scores(List.of(encoding)).softmax(-1).toDoubles();
            List<List<Tag.Part>> all =
                    model.runAll(each, List.of(List.of("Paris is in the of of of in"), List.of(TEXT)));
            List<Tag.Part> parts = all.get(1);
            assertThat(parts).hasSize(encoding.size() - 2);
            for (int i = 0; i < parts.size(); i++) {
                int label = Integer.parseInt(parts.get(i).label().substring(6));
                double[] row = Arrays.copyOfRange(chances, 3 * (i + 1), 3 * (i + 2));
                assertThat(row[label]).isEqualTo(Arrays.stream(row).max().orElseThrow());
                assertThat(parts.get(i).score()).isCloseTo(row[label], within(1e-5));
            }
        }
    }
}
