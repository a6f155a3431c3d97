package io.attend.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.SelfAttention;
import io.attend.architecture.Sublayer;
import io.attend.attention.FourierMixing;
import io.attend.attention.SoftmaxAttention;
import io.attend.data.CopyExamples;
import io.attend.head.Problem;
import io.attend.measure.Examination.Grade;
import io.attend.measure.Examination.Question;
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
    void everyQuestionIsGradedByItsMeasure(@TempDir Path folder) throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "to be or not to be, that is the question. ".repeat(30));
        Sublayer causal = new SelfAttention(SoftmaxAttention.CAUSAL);
        for (Question question :
                new Question[] {Question.copy(3), Question.recall(), Question.listOps(19), Question.text(text, 17)}) {
            Grade grade = SHORT.grade("causal", causal, question, folder.resolve(question.name()), Progress.silent())
                    .orElseThrow();
            assertThat(grade.question()).isEqualTo(question.name());
            assertThat(grade.value()).isBetween(0.0, question.name().equals("text") ? 10.0 : 1.0);
            assertThat(grade.seconds()).isPositive();
            assertThat(grade.bytes()).isPositive();
            assertThat(grade.parameters()).isPositive();
            assertThat(folder.resolve(question.name()).resolve("model.safetensors")).exists();
        }
        Sublayer both = new SelfAttention(FourierMixing.EXAMPLE);
        Optional<Grade> written = SHORT.grade("both", both, Question.text(text, 17), folder, Progress.silent());
        assertThat(written).as("what looks ahead cannot write").isEmpty();
    }

    /// That something is learned: a letter at a distance of one place, far above a guess of 1 in 26.
    @Test
    void attentionLearnsToCopy(@TempDir Path folder) {
        Examination examination = new Examination(150, 64, 1, 32, 2, 1);
        Question question = new Question(
                "copy",
                new CopyExamples(2, 1, 3000, 97),
                "Characters",
                new Classification(
                        6, Problem.SINGLE_LABEL, 0, List.of()),
                "accuracy",
                6,
                false);
        Grade grade = examination
                .grade(
                        "both",
                        new SelfAttention(SoftmaxAttention.EXAMPLE),
                        question,
                        folder.resolve("run"),
                        Progress.silent())
                .orElseThrow();
        assertThat(grade.value()).isGreaterThan(0.4);
    }

    @Test
    void refusesSizesThatAreNone() {
        assertThatThrownBy(() -> new Examination(0, 1, 1, 1, 1, 1)).hasMessageContaining("must be at least 1, not 0");
        assertThatThrownBy(() -> new Examination(1, 1, 1, 10, 3, 1)).hasMessage("3 heads cannot divide width 10 evenly");
    }
}
