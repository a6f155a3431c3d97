package io.attend.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.huggingface.Fixtures;
import io.attend.huggingface.Pretrained;
import io.attend.kernel.Vectors;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A session that takes tokens one by one in plain memory against the engine's way, which the fixtures hold to
/// Hugging Face's numbers.
class DecoderStepTest {
    /// The fixtures that go the quick way. One that falls out of it must be missed here.
    private static final List<String> QUICK = List.of(
            "codegen-lm",
            "gpt2-lm",
            "gpt2-scaled",
            "gpt_bigcode-mqa",
            "gpt_neo-lm",
            "gpt_neox-serial",
            "gptj-lm",
            "llama-bias",
            "llama-gqa",
            "llama-mha",
            "llama-rope-dynamic",
            "llama-rope-linear",
            "llama-rope-llama3",
            "llama-rope-yarn",
            "mistral-window",
            "opt-lm",
            "phi-lm",
            "qwen2-lm",
            "stablelm-lm");

    private static List<Path> decoders() {
        return Fixtures.all().stream()
                .filter(folder -> {
                    try (Pretrained pretrained = Pretrained.load(folder)) {
                        return pretrained.model().architecture().topology().generates()
                                && !pretrained.model().architecture().topology().reads()
                                && pretrained.model().architecture().head().writes();
                    }
                })
                .toList();
    }

    @Test
    void theseModelsGoTheQuickWay() {
        TreeSet<String> quick = new TreeSet<>();
        for (Path folder : decoders()) {
            try (Pretrained pretrained = Pretrained.load(folder);
                    Lifetime _ = Lifetime.open();
                    Session session = pretrained.model().session(Optional.empty())) {
                session.next(token(3));
                if (session.isQuick()) {
                    quick.add(folder.getFileName().toString());
                }
            }
        }
        assertThat(Vectors.available()).isTrue();
        assertThat(quick).containsExactlyElementsOf(new TreeSet<>(QUICK));
    }

    private static Tensor token(long id) {
        return Tensor.of(new long[] {id}, 1, 1);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void scoresAreThoseOfTheEngine(Path folder) {
        try (Pretrained pretrained = Pretrained.load(folder);
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session quick = pretrained.model().session(Optional.empty());
                Session slow = pretrained.model().session(Optional.empty())) {
            int words = pretrained.words();
            Tensor prompt = Tensor.of(new long[] {5, 7 % words, 2, 11 % words, 3}, 1, 5);
            quick.next(prompt);
            slow.next(prompt);
            for (int i = 0; i < 41; i++) { // past the first room of the cache, and past windows
                long id = (i * 13L + 1) % words;
                if (i == 17) { // several at once in between, and then one by one again
                    Tensor three = Tensor.of(new long[] {id, 4, 6}, 1, 3);
                    same(quick.next(three), slow.next(three), folder + " after three");
                } else {
                    Tensor scores =
                            slow.all(io.attend.embedding.Tokens.of(token(id))).select(1, 0);
                    same(quick.next(token(id)), scores, folder + " at " + i);
                }
            }
            assertThat(quick.length()).isEqualTo(slow.length());
            assertThat(quick.bytes()).isEqualTo(slow.bytes());
        }
    }

    private static void same(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double most = expected.abs().amax(1, Tensor.Axis.DROPPED).toDoubles()[0];
        double difference =
                actual.sub(expected).abs().amax(1, Tensor.Axis.DROPPED).toDoubles()[0];
        assertThat(difference).as(what).isLessThanOrEqualTo(2e-5 * most + 1e-6);
    }
}
