package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackTranslatedTest {
    @TempDir
    Path folder;

    private String file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines)).toString();
    }

    @Test
    void writtenSourcesJoinTheRealPairsAndAreNotHeldOut() throws IOException {
        ParallelFiles real = new ParallelFiles(
                file("a", "dog", "cat"), file("b", "Hund", "Katze"), file("c", "horse"), file("d", "Pferd"));
        BackTranslated data = new BackTranslated(real, file("e", "the bird"), file("f", "der Vogel"));
        assertThat(data.training(1))
                .containsExactly(new Pair("dog", "Hund"), new Pair("cat", "Katze"), new Pair("the bird", "der Vogel"));
        assertThat(data.heldOut(1)).containsExactly(new Pair("horse", "Pferd"));
        BackTranslated uneven = new BackTranslated(real, file("e", "the bird", "x"), file("f", "der Vogel"));
        assertThatThrownBy(() -> uneven.training(1)).hasMessageContaining("has 2 lines and");
    }
}
