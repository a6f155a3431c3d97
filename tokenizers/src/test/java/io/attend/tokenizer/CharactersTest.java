package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharactersTest {
    private static final Tokenizer TOKENIZER =
            Tokenizer.characters(List.of("cab", "a b\n", "é😀"), List.of("<pad>", "<s>", "</s>", "<unk>"));

    @Test
    void idsAreSpecialsThenCodePointsInOrder() {
        assertThat(TOKENIZER.size()).isEqualTo(4 + 7);
        assertThat(List.of("\n", " ", "a", "b", "c", "é", "😀"))
                .allSatisfy(c ->
                        assertThat(TOKENIZER.token(TOKENIZER.id(c).getAsInt())).isEqualTo(c));
        assertThat(TOKENIZER.ids("abc 😀\né")).containsExactly(6, 7, 8, 5, 10, 4, 9);
    }

    @Test
    void unknownCharactersAreUnk() {
        assertThat(TOKENIZER.ids("axxb")).containsExactly(6, 3, 3, 7);
    }

    @Test
    void specialsInTheTextAreFound() {
        assertThat(TOKENIZER.ids("<s>a</s>")).containsExactly(1, 6, 2);
        assertThat(TOKENIZER.decode(1, 6, 2)).isEqualTo("a");
        assertThat(TOKENIZER.decode(new int[] {1, 6, 2}, Specials.KEEP)).isEqualTo("<s>a</s>");
    }

    @Test
    void decodingPutsTokensSideBySide() {
        assertThat(TOKENIZER.decode(TOKENIZER.ids("a cab 😀é\n"))).isEqualTo("a cab 😀é\n");
    }

    @Test
    void rolesAreKnown() {
        assertThat(TOKENIZER.pad()).hasValue(0);
        assertThat(TOKENIZER.bos()).hasValue(1);
        assertThat(TOKENIZER.eos()).hasValue(2);
        assertThat(TOKENIZER.unk()).hasValue(3);
    }

    @Test
    void savedAndLoadedItGivesEqualIds(@TempDir Path folder) {
        TOKENIZER.save(folder);
        Tokenizer loaded = Tokenizer.load(folder);
        assertThat(loaded.pipeline()).isEqualTo(TOKENIZER.pipeline());
        assertThat(loaded.ids("<s>a cxb😀")).isEqualTo(TOKENIZER.ids("<s>a cxb😀"));
        assertThat(loaded.unk()).hasValue(3);
    }

    @Test
    void offsetsCountUtf16UnitsAndCodePoints() {
        Encoding encoding = TOKENIZER.encode("a😀b");
        assertThat(encoding.start(2)).isEqualTo(3);
        assertThat(encoding.codePointStart(2)).isEqualTo(2);
        assertThat(encoding.end(1)).isEqualTo(3);
        assertThat(encoding.codePointEnd(1)).isEqualTo(2);
    }

    @Test
    void unkMustBeASpecial() {
        assertThatThrownBy(() -> Tokenizer.characters(List.of("a"), List.of("<pad>")))
                .hasMessage("specials are [<pad>]; \"<unk>\" must be one of them");
    }

    @Test
    void aLoneSurrogateIsUnknown() {
        assertThat(TOKENIZER.ids("a\ud83db")).containsExactly(6, 3, 7);
    }
}
