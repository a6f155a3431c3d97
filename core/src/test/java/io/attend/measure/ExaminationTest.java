package io.attend.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.SelfAttention;
import io.attend.architecture.Sublayer;
import io.attend.attention.FourierMixing;
import io.attend.attention.SoftmaxAttention;
import io.attend.data.CopyExamples;
import io.attend.head.Problem;
import io.attend.measure.Examination.Exercise;
import io.attend.measure.Examination.Grade;
import io.attend.objective.Classification;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExaminationTest {
    private static final Examination SHORT = new Examination(3, 5, 1, 10, 2, 1);

    @Test
    void everyExerciseIsGradedByItsMeasure(@TempDir Path folder) throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "to be or not to be, that is the exercise. ".repeat(30));
        Sublayer causal = new SelfAttention(SoftmaxAttention.CAUSAL);
        for (Exercise exercise :
                new Exercise[] {Exercise.copy(3), Exercise.recall(), Exercise.listOps(19), Exercise.text(text, 17)}) {
            Grade grade = SHORT.grade("causal", causal, exercise, folder.resolve(exercise.name()), Progress.silent())
                    .orElseThrow();
            assertThat(grade.exercise()).isEqualTo(exercise.name());
            assertThat(grade.value()).isBetween(0.0, exercise.name().equals("text") ? 10.0 : 1.0);
            assertThat(grade.seconds()).isPositive();
            assertThat(grade.bytes()).isPositive();
            assertThat(grade.parameters()).isPositive();
            assertThat(folder.resolve(exercise.name()).resolve("model.safetensors"))
                    .exists();
        }
        Sublayer both = new SelfAttention(FourierMixing.EXAMPLE);
        Optional<Grade> written = SHORT.grade("both", both, Exercise.text(text, 17), folder, Progress.silent());
        assertThat(written).as("what looks ahead cannot write").isEmpty();
    }

    /// That something is learned: a letter at a distance of one place, far above a guess of 1 in 26.
    @Test
    void attentionLearnsToCopy(@TempDir Path folder) {
        Examination examination = new Examination(300, 64, 2, 32, 2, 1);
        Exercise exercise = new Exercise(
                "copy",
                new CopyExamples(2, 1, 3000, 97),
                "Characters",
                new Classification(6, Problem.SINGLE_LABEL, 0, List.of()),
                "accuracy",
                6,
                false);
        Grade grade = examination
                .grade(
                        "both",
                        new SelfAttention(SoftmaxAttention.EXAMPLE),
                        exercise,
                        folder.resolve("run"),
                        Progress.silent())
                .orElseThrow();
        assertThat(grade.value()).isGreaterThan(0.9);
    }

    @Test
    void refusesSizesThatAreNone() {
        assertThatThrownBy(() -> new Examination(0, 1, 1, 1, 1, 1)).hasMessageContaining("must be at least 1, not 0");
        assertThatThrownBy(() -> new Examination(1, 1, 1, 10, 3, 1))
                .hasMessage("3 heads cannot divide width 10 evenly");
    }
}
