package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.checkpoint.RunFolder;
import io.attend.training.report.Metrics;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistillationTest {
    private static final String TINY = """
            data: {type: DateExamples, training: 131, heldOut: 37}
            model: {type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11, dropout: 0}
            objective: {type: TeacherForcing, smoothing: 0}
            schedule: {type: Constant, rate: 0.01}
            steps: 40
            batch: 13
            reportEvery: 1
            evaluateEvery: 20
            threads: 1
            """;

    @TempDir
    Path folder;

    private String teacher;

    @BeforeEach
    void aTeacher() throws IOException {
        run("teacher");
        teacher = folder.resolve("teacher").toString();
    }

    private List<Metrics> run(String name, String... overrides) throws IOException {
        RunFolder run = RunFolder.create(folder.resolve(name));
        new Trainer(Recipe.parse(TINY, List.of(overrides)), run, Progress.silent()).run();
        return MetricsLog.read(run.metrics());
    }

    private String taught(double weight) {
        return "objective={type: Distillation, objective: {type: TeacherForcing, smoothing: 0}, teacher: " + teacher
                + ", weight: " + weight + "}";
    }

    private static double loss(Metrics row) {
        return row.number(Metrics.LOSS).orElseThrow();
    }

    /// A student that is its teacher has nothing to learn from it; what it is judged by is the right answers.
    @Test
    void whoIsTheTeacherAgreesWithIt() throws IOException {
        String begins = "model={type: Trained, path: " + teacher + "}";
        List<Metrics> rows = run("same", taught(1), begins, "steps=1", "schedule.rate=1e-12", "evaluateEvery=1");
        assertThat(loss(rows.getFirst())).isCloseTo(0, within(1e-5));
        List<Metrics> teachers =
                MetricsLog.read(RunFolder.open(folder.resolve("teacher")).metrics());
        assertThat(loss(rows.getLast())).isCloseTo(loss(teachers.getLast()), within(1e-5));
    }

    @Test
    void aSmallerModelLearnsFromIt() throws IOException {
        List<Metrics> rows = run("student", taught(1), "model.width=6", "model.hidden=7");
        List<Metrics> judged = rows.stream()
                .filter(row -> row.split() == Metrics.Split.VALIDATION)
                .toList();
        assertThat(loss(judged.getLast())).isLessThan(loss(judged.getFirst()));
        assertThat(loss(rows.get(rows.size() - 2))).isLessThan(0.5 * loss(rows.getFirst()));
    }

    @Test
    void aTeacherOfOtherTokensIsRefused() {
        assertThatThrownBy(() -> run("other", taught(0.5), "words={type: LearnedWords, algorithm: bpe, size: 60}"))
                .hasMessageMatching("token \\d+ is \".*\", but \".*\" to the teacher .*teacher; take its tokens:"
                        + " words.type=GivenWords words.path=.*teacher");
        assertThatThrownBy(() -> run("none", taught(0)))
                .hasMessageContaining("weight 0.0 is outside (0, 1]; without it nothing is taught");
    }
}
