package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Presets;
import io.attend.model.Transformer;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextModelTest {
    private static final Tokenizer TOKENIZER = Tokenizer.characters(List.of("abcdef", "ghé"), TextModel.SPECIALS);

    private static Transformer model() {
        Presets.Size size = Presets.Size.width(10).heads(2).hidden(13);
        return Transformer.initialize(Presets.transformer(TOKENIZER.size(), 1, size, 0), 3);
    }

    @Test
    void endsEveryTextAndBeginsNone() {
        TextModel.Words words = new TextModel.Words(TOKENIZER);
        assertThat(List.of(words.pad(), words.begin(), words.end())).containsExactly(0, 1, 2);
        assertThat(words.ended("ab")).containsExactly(4, 5, 2);
        assertThat(words.ended("")).containsExactly(2);
        assertThat(words.ended("a?")).as("what it does not know").containsExactly(4, 3, 2);
    }

    /// Texts written together are the texts written alone.
    @Test
    void writesTogetherWhatItWritesAlone() {
        try (Transformer model = model()) {
            TextModel text = new TextModel(model, TOKENIZER);
            List<String> sources = List.of("abc", "h", "", "defghé");
            List<String> together = text.write(sources, new Greedy(7));
            assertThat(together).hasSize(4);
            for (int i = 0; i < sources.size(); i++) {
                assertThat(text.write(List.of(sources.get(i)), new Greedy(7)))
                        .as("\"%s\"", sources.get(i))
                        .containsExactly(together.get(i));
            }
        }
    }

    @Test
    void trainingWantsATokenizerThatPadsBeginsAndEnds() {
        Tokenizer plain = Tokenizer.characters(List.of("abc"), List.of("<unk>"));
        assertThatThrownBy(() -> new TextModel.Words(plain))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tokenizer has no padding token; it needs those of [<pad>, <s>, </s>, <unk>]");
    }
}
