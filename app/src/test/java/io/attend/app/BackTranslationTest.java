package io.attend.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The chain that the recipe back-translate-multi30k describes, of three commands, in small.
class BackTranslationTest {
    private static final List<String> SMALL = List.of(
            "words.size=70",
            "model.layers=1",
            "model.width=12",
            "model.heads=2",
            "model.hidden=13",
            "schedule.warmup=2",
            "steps=6",
            "batch=5",
            "evaluateEvery=6",
            "checkpointEvery=6");

    @TempDir
    Path folder;

    private Path lines(String name, int from, int to, String words) throws IOException {
        return Files.write(
                folder.resolve(name),
                IntStream.range(from, to)
                        .mapToObj(i -> words + " "
                                + Integer.toString(i, 2).replace('0', 'a').replace('1', 'b'))
                        .toList());
    }

    private static Said train(String recipe, Path run, Object... data) {
        List<Object> command = new ArrayList<>(List.of("train", recipe, "--run", run));
        command.addAll(List.of(data));
        command.addAll(SMALL);
        return Said.attend(command.toArray());
    }

    @Test
    void whatOneModelWroteTeachesTheOther() throws IOException {
        Path english = lines("train.en", 1, 30, "some bird");
        Path german = lines("train.de", 1, 30, "ein Vogel");
        Path heldEnglish = lines("val.en", 30, 35, "some bird");
        Path heldGerman = lines("val.de", 30, 35, "ein Vogel");
        Path more = lines("monolingual.de", 40, 51, "ein Vogel");
        Path reverse = folder.resolve("reverse");
        Said first = train(
                "translate-multi30k",
                reverse,
                "data.source=" + german,
                "data.target=" + english,
                "data.heldOutSource=" + heldGerman,
                "data.heldOutTarget=" + heldEnglish);
        assertThat(first.status()).as(first.err()).isZero();
        Said written = Said.attend("run", "translate", reverse, "--file", more, "--beams", 2);
        assertThat(written.status()).as(written.err()).isZero();
        assertThat(written.out().lines()).as("one line for each").hasSize(11);
        Path english2 = Files.writeString(folder.resolve("written.en"), written.out());
        Said second = train(
                "back-translate-multi30k",
                folder.resolve("both"),
                "data.pairs.source=" + english,
                "data.pairs.target=" + german,
                "data.pairs.heldOutSource=" + heldEnglish,
                "data.pairs.heldOutTarget=" + heldGerman,
                "data.written=" + english2,
                "data.target=" + more);
        assertThat(second.status()).as(second.err()).isZero();
        assertThat(folder.resolve("both/metrics.jsonl"))
                .as("6 steps of 5 pairs are three quarters of an epoch of 29 and 11 pairs")
                .content()
                .contains("\"step\":6,\"split\":\"training\",\"epoch\":0.75");
    }
}
