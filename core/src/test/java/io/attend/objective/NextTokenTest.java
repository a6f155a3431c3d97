package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.data.Documents;
import io.attend.data.Packing;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Documents that share a window.
class NextTokenTest {
    private static final Presets.Size SIZE = Presets.Size.width(10).heads(2);
    private static final List<Document> TEXTS =
            List.of(new Document("abca"), new Document("bb"), new Document("cabbacab"), new Document("a"));
    private static final Tokenizer TOKENS = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);

    private static Objective.Built built(int length, Packing packing, Documents documents) {
        return new NextToken(length, packing, documents).build(TOKENS, TEXTS, TEXTS);
    }

    /// The loss of windows of documents apart is the mean over the losses of the documents alone, each asked
    /// of a
    /// model of the same weights one at a time.
    @ParameterizedTest
    @EnumSource(Packing.class)
    void documentsApartAreLearnedAsIfEachWereAlone(Packing packing) {
        Architecture architecture = Presets.gptOfDocuments(7, 2, SIZE, 17, 0);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, 5)) {
            Objective.Built together = built(packing == Packing.RUNNING ? 18 : 9, packing, Documents.APART);
            together.check(model);
            Batch all = together.heldOut(0, together.heldOut());
            double sum = 0;
            long asked = 0;
            for (Document text : TEXTS) {
                int length = text.text().length(); // and the end token follows the last
                Batch alone = new NextToken(length, Packing.BEST_FIT, Documents.JOINED)
                        .build(TOKENS, List.of(text), List.of(text))
                        .heldOut(0, 1);
                sum += length * together.loss(model, alone, Context.inference()).item();
                asked += length;
            }
            assertThat(all.answered()).isEqualTo(asked).isEqualTo(15);
            assertThat(together.loss(model, all, Context.inference()).item()).isCloseTo(sum / asked, within(1e-5));
        }
    }

    @Test
    void packedDocumentsEndAndPaddingIsMarked() {
        try (Lifetime _ = Lifetime.open()) {
            Batch batch = built(9, Packing.BEST_FIT, Documents.APART).heldOut(0, 2);
            Tokens read = (Tokens) batch.inputs().source();
            assertThat(read.rows())
                    .as("the documents of 8 and 1 characters, then 4 and 2")
                    .isDeepEqualTo(new int[][] {{6, 4, 5, 5, 4, 6, 4, 5, 4}, {4, 5, 6, 4, 5, 5}});
            assertThat(batch.answers().toLongs())
                    .containsExactly(4, 5, 5, 4, 6, 4, 5, 2, 2, 5, 6, 4, 2, 5, 2, -100, -100, -100);
            assertThat(batch.tokens()).isEqualTo(15);
            assertThat(batch.answered()).isEqualTo(15);
            assertThat(read.keep()).isPresent();
            Batch joined = built(9, Packing.BEST_FIT, Documents.JOINED).heldOut(0, 1);
            assertThat(((Tokens) joined.inputs().source()).segments()).isEmpty();
        }
    }

    @Test
    void aModelWhoseDocumentsSeeEachOtherIsRefused() {
        Objective.Built apart = built(9, Packing.BEST_FIT, Documents.APART);
        try (Lifetime _ = Lifetime.open();
                Transformer plain = Transformer.initialize(Presets.gpt(7, 1, SIZE, 17, 0), 5)) {
            assertThatThrownBy(() -> apart.check(plain))
                    .hasMessageStartingWith("model.architecture: its embedding does not take documents, but"
                            + " objective.documents is apart; give a Gpt documents: apart");
        }
        Architecture blind = Architecture.parse(
                Presets.gptOfDocuments(7, 1, SIZE, 17, 0).toJson().replace("\"Document\"", "\"Causal\""));
        try (Lifetime _ = Lifetime.open();
                Transformer sees = Transformer.initialize(blind, 5)) {
            assertThatThrownBy(() -> apart.check(sees))
                    .hasMessageStartingWith("model.architecture: a document sees the one before it, but");
        }
    }
}
