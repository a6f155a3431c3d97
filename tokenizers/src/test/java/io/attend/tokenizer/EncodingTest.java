package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordLevel;
import io.attend.tokenizer.postprocessor.BertProcessing;
import io.attend.tokenizer.postprocessor.NamedToken;
import io.attend.tokenizer.pretokenizer.WhitespaceSplit;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// Truncation, padding and pairs, by their definition; words are `a` to `g`, ids 2 to 8.
class EncodingTest {
    private static final Pipeline WORDS = new Pipeline(
                    new WordLevel(Vocabulary.of(List.of("[CLS]", "[SEP]", "a", "b", "c", "d", "e", "f", "g")), "[SEP]"))
            .with(new WhitespaceSplit())
            .with(new BertProcessing(new NamedToken("[SEP]", 1), new NamedToken("[CLS]", 0)));

    @Test
    void aPairHasTypesMasksAndSequences() {
        Encoding encoding = Tokenizer.of(WORDS).encode("a b", "c");
        assertThat(encoding.ids()).containsExactly(0, 2, 3, 1, 4, 1);
        assertThat(encoding.typeIds()).containsExactly(0, 0, 0, 0, 1, 1);
        assertThat(encoding.specialMask()).containsExactly(1, 0, 0, 1, 0, 1);
        assertThat(encoding.sequences()).containsExactly(-1, 0, 0, -1, 1, -1);
        assertThat(encoding.words()).containsExactly(-1, 0, 1, -1, 0, -1);
        assertThat(encoding.attentionMask()).containsExactly(1, 1, 1, 1, 1, 1);
        assertThat(List.of(encoding.start(2), encoding.end(2))).containsExactly(2, 3);
    }

    @Test
    void withoutSpecials() {
        assertThat(Tokenizer.of(WORDS).encode("a b", "c", Specials.SKIP).ids()).containsExactly(2, 3, 4);
        assertThat(Tokenizer.of(WORDS).ids("a b", Specials.SKIP)).containsExactly(2, 3);
    }

    @Test
    void truncationLeavesRoomForSpecialsAndOverlaps() {
        Tokenizer tokenizer =
                Tokenizer.of(WORDS.with(new Truncation(Direction.RIGHT, 5, Truncation.Strategy.LONGEST_FIRST, 1)));
        Encoding encoding = tokenizer.encode("a b c d e f");
        assertThat(encoding.ids()).containsExactly(0, 2, 3, 4, 1);
        assertThat(encoding.overflow().stream().map(Encoding::ids))
                .containsExactly(new int[] {0, 4, 5, 6, 1}, new int[] {0, 6, 7, 1});
        assertThat(tokenizer.ids("a b c d e f")).containsExactly(0, 2, 3, 4, 1);
    }

    @Test
    void truncationFromTheLeft() {
        Tokenizer tokenizer =
                Tokenizer.of(WORDS.with(new Truncation(Direction.LEFT, 5, Truncation.Strategy.LONGEST_FIRST, 0)));
        assertThat(tokenizer.encode("a b c d e").ids()).containsExactly(0, 4, 5, 6, 1);
    }

    @Test
    void theLongerTextIsTruncatedFirst() {
        Tokenizer tokenizer = Tokenizer.of(WORDS.with(Truncation.to(7)));
        assertThat(tokenizer.encode("a", "b c d e f").ids()).containsExactly(0, 2, 1, 3, 4, 5, 1);
        assertThat(tokenizer.encode("a b c d", "e f g").ids()).containsExactly(0, 2, 3, 1, 6, 7, 1);
    }

    @Test
    void onlyTheFirst() {
        Tokenizer tokenizer =
                Tokenizer.of(WORDS.with(new Truncation(Direction.RIGHT, 6, Truncation.Strategy.ONLY_FIRST, 0)));
        assertThat(tokenizer.encode("a b c", "d e").ids()).containsExactly(0, 2, 1, 5, 6, 1);
        assertThatThrownBy(() -> tokenizer.encode("a", "b c d e"))
                .hasMessage("truncation to 6 tokens: the first text has 1 tokens and 2 would have to go; take another "
                        + "strategy");
    }

    @Test
    void aBatchIsPaddedToItsLongestAndRoundedUp() {
        Padding padding = new Padding(new Padding.BatchLongest(), Direction.RIGHT, OptionalInt.of(4), 8, 0, "[PAD]");
        List<Encoding> batch = Tokenizer.of(WORDS.with(padding)).encodeAll(List.of("a", "b c d"));
        assertThat(batch.stream().map(Encoding::size)).containsExactly(8, 8);
        assertThat(batch.getFirst().ids()).containsExactly(0, 2, 1, 8, 8, 8, 8, 8);
        assertThat(batch.getFirst().attentionMask()).containsExactly(1, 1, 1, 0, 0, 0, 0, 0);
    }

    @Test
    void paddingOnTheLeftToAFixedLength() {
        Padding padding = new Padding(new Padding.Fixed(5), Direction.LEFT, OptionalInt.empty(), 7, 0, "[PAD]");
        Tokenizer tokenizer = Tokenizer.of(WORDS.with(padding));
        assertThat(tokenizer.encode("a").ids()).containsExactly(7, 7, 0, 2, 1);
        assertThat(Tokenizer.read(tokenizer.toJson()).pipeline()).isEqualTo(tokenizer.pipeline());
    }
}
