package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaggedFileTest {
    @TempDir
    Path folder;

    private TaggedFile file(String text) throws IOException {
        Path path = folder.resolve("tags.txt");
        Files.writeString(path, text);
        return new TaggedFile(path.toString(), path.toString());
    }

    @Test
    void sentencesEndAtEmptyLines() throws IOException {
        TaggedFile file = file("-DOCSTART- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n\nPeter\tB-PER\n");
        assertThat(file.training(1))
                .containsExactly(
                        new Tagged(List.of("EU", "rejects"), List.of("B-ORG", "O")),
                        new Tagged(List.of("Peter"), List.of("B-PER")))
                .isEqualTo(file.heldOut(1));
        assertThat(file.training(1).getFirst().texts()).containsExactly("EU rejects");
    }

    @Test
    void whatIsNoTaggedFileIsRefused() {
        assertThatThrownBy(() -> file("EU B-ORG\nrejects\n").training(1))
                .hasMessageEndingWith("tags.txt, line 2: expected a word and its tag");
        assertThatThrownBy(() -> file("\n").training(1))
                .hasMessageEndingWith("is empty; it needs a word and its tag on each line");
    }
}
