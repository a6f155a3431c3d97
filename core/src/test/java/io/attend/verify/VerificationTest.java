package io.attend.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.huggingface.Fixtures;
import io.attend.verify.Verification.Check;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Hugging Face's own numbers, for every folder of every family.
class VerificationTest {
    static List<Path> folders() {
        return Fixtures.all();
    }

    /// Every `grad.*` of these files is zeros while its norm beside it is not, so nothing can equal both: each must be
    /// refused as a contradiction, and the norms of all gradients are compared.
    @ParameterizedTest
    @MethodSource("folders")
    void everyNumberIsHuggingFaces(Path folder) {
        List<Check> checks = Verification.of(folder, Verification.TOLERANCE);
        assertThat(checks).isNotEmpty();
        List<Check> wrong = checks.stream()
                .filter(check -> check.name().startsWith("grad.")
                        ? !check.problem().orElse("").contains("contradicts itself")
                        : !check.passed())
                .toList();
        assertThat(wrong).isEmpty();
    }
}
