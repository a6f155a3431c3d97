package io.attend.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Inputs;
import io.attend.checkpoint.TensorFile;
import io.attend.embedding.Tokens;
import io.attend.huggingface.Fixtures;
import io.attend.huggingface.Pretrained;
import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.verify.Verification.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Hugging Face's own numbers, for every folder of every family.
class VerificationTest {
    /// What central differences in float32 stay within.
    private static final double DIFFERENCES = 3e-3;

    static List<Path> folders() {
        return Fixtures.all();
    }

    /// Every `grad.*` of these files is zeros while its norm beside it is not: those are compared by the norm,
    /// which the check says. That single numbers of gradients are right is for the contracts of layers and
    /// models to show, which hold them against finite differences.
    @ParameterizedTest
    @MethodSource("folders")
    void everyNumberIsHuggingFaces(Path folder) {
        List<Check> checks = Verification.of(folder, Verification.TOLERANCE);
        assertThat(checks).isNotEmpty();
        assertThat(checks.stream().filter(check -> !check.passed())).isEmpty();
        assertThat(checks.stream().filter(check -> check.problem().isPresent()).map(Check::name))
                .allMatch(name -> name.startsWith("grad."));
    }

    /// A file whose gradients are whole is compared number by number, and one wrong number is found.
    @Test
    void aGradientIsComparedNumberByNumber(@TempDir Path folder) throws IOException {
        Path from = Fixtures.all().stream()
                .filter(path -> path.endsWith("gpt2-lm"))
                .findFirst()
                .orElseThrow();
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(from.resolve(name), folder.resolve(name));
        }
        String norm = "transformer.ln_f.bias";
        try (Lifetime _ = Lifetime.open()) {
            Map<String, Tensor> expected = TensorFile.read(from.resolve("expected.safetensors"));
            expected.keySet()
                    .removeIf(name -> !name.startsWith("in.input_ids")
                            && !name.startsWith("in.labels")
                            && !name.startsWith("in.attention_mask"));
            Tensor right = gradient(from, expected);
            expected.put("grad." + norm, right);
            TensorFile.write(folder.resolve("expected.safetensors"), expected);
            assertThat(Verification.of(folder, DIFFERENCES)).singleElement().satisfies(check -> {
                assertThat(check.passed()).isTrue();
                assertThat(check.problem()).isEmpty();
            });
            right.narrow(0, 3, 1).add_(0.05);
            TensorFile.write(folder.resolve("expected.safetensors"), expected);
            assertThat(Verification.of(folder, DIFFERENCES))
                    .singleElement()
                    .satisfies(check -> assertThat(check.passed()).isFalse());
        }
    }

    /// The gradient of the last norm's bias by central differences of the loss, without a backward pass.
    private static Tensor gradient(Path folder, Map<String, Tensor> given) {
        try (Pretrained pretrained = Pretrained.load(folder);
                NoGradient _ = NoGradient.open()) {
            Tensor bias = pretrained.model().parameters().stream()
                    .filter(parameter -> parameter.name().equals("decoder.norm.bias"))
                    .findFirst()
                    .orElseThrow()
                    .tensor();
            double step = 0.01;
            double[] slopes = new double[(int) bias.count()];
            for (int i = 0; i < slopes.length; i++) {
                Tensor one = bias.narrow(0, i, 1);
                one.add_(step);
                double above = loss(pretrained, given);
                one.add_(-2 * step);
                slopes[i] = (above - loss(pretrained, given)) / (2 * step);
                one.add_(step);
            }
            return Tensor.of(slopes, slopes.length).to(DType.FLOAT32);
        }
    }

    private static double loss(Pretrained pretrained, Map<String, Tensor> given) {
        Tensor ids = Objects.requireNonNull(given.get("in.input_ids"));
        Tensor labels = Objects.requireNonNull(given.get("in.labels"));
        Tensor keep = Objects.requireNonNull(given.get("in.attention_mask")).ne(0);
        Tokens tokens = new Tokens(ids, Optional.of(keep), Optional.empty());
        Tensor scores = pretrained.model().forward(Inputs.of(tokens), Context.inference());
        long length = ids.size(1);
        return scores.narrow(1, 0, length - 1)
                .flatten(0, 1)
                .crossEntropy(labels.narrow(1, 1, length - 1).flatten(0, 1), -100, 0)
                .item();
    }
}
