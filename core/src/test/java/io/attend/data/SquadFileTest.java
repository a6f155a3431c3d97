package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SquadFileTest {
    @TempDir
    Path folder;

    private SquadFile file(String text) throws IOException {
        Path path = folder.resolve("squad.json");
        Files.writeString(path, text);
        return new SquadFile(path.toString(), path.toString());
    }

    private SquadFile paragraph(String paragraph) throws IOException {
        return file("{\"version\": \"v2.0\", \"data\": [{\"title\": \"t\", \"paragraphs\": [" + paragraph + "]}]}");
    }

    /// A character beyond 16 bits counts once.
    @Test
    void questionsHaveTheirFirstAnswerOrNone() throws IOException {
        SquadFile file = paragraph("""
                {"context": "\uD83D\uDC1D bees fly.", "qas": [
                  {"id": "1", "question": "What flies?", "answers": [{"text": "bees", "answer_start": 2},
                    {"text": "fly", "answer_start": 7}]},
                  {"id": "2", "question": "Who sings?", "is_impossible": true, "answers": [],
                    "plausible_answers": [{"text": "bees", "answer_start": 2}]}]}""");
        assertThat(file.training(1))
                .containsExactly(
                        new Question("What flies?", "\uD83D\uDC1D bees fly.", "bees", 3),
                        new Question("Who sings?", "\uD83D\uDC1D bees fly.", "", 0))
                .isEqualTo(file.heldOut(1));
    }

    @Test
    void whatIsNoSquadFileIsRefused() {
        assertThatThrownBy(() -> file("{\"data\": [").training(1)).hasMessageContaining("squad.json: no JSON: ");
        assertThatThrownBy(() -> file("[]").training(1))
                .hasMessageEndingWith("squad.json has no list \"data\"; SQuAD files have one there");
        assertThatThrownBy(() -> file("{\"data\": []}").training(1))
                .hasMessageEndingWith("squad.json has no questions; it needs some in data, paragraphs, qas");
        assertThatThrownBy(() -> paragraph("{\"qas\": []}").training(1))
                .hasMessageEndingWith("data[0].paragraphs[0] has no text \"context\"; SQuAD files have one there");
        assertThatThrownBy(() -> paragraph("{\"context\": \"ab\", \"qas\": [{\"question\": \"q\", \"answers\":"
                                + " [{\"text\": \"b\", \"answer_start\": 7}]}]}")
                        .training(1))
                .hasMessageEndingWith("qas[0].answers[0]: answer_start must be a place in the context, not 7");
        assertThatThrownBy(() -> paragraph("{\"context\": \"ab\", \"qas\": [{\"question\": \"q\", \"answers\":"
                                + " [{\"text\": \"b\", \"answer_start\": 0}]}]}")
                        .training(1))
                .hasMessageEndingWith("qas[0]: the answer \"b\" to \"q\" does not stand at 0 of its text; give the"
                        + " place where it begins");
    }
}
