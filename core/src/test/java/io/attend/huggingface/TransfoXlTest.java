package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Inputs;
import io.attend.checkpoint.Safetensors;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.model.Segments;
import io.attend.model.Session;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two segments of a text, the first of which nobody gives as memory: a session and [Segments] take it along
/// themselves.
class TransfoXlTest {
    private static Tensor tensor(Safetensors file, String name) {
        Safetensors.Entry entry = file.entries().get(name);
        return Tensor.copied(file.data(name), entry.dtype(), entry.shape());
    }

    private static void isClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected)
                        .abs()
                        .reshape(-1)
                        .amax(0, Tensor.Axis.DROPPED)
                        .item())
                .isLessThan(1e-4);
    }

    @Test
    void theSecondSegmentFindsWhatTheFirstLeft() {
        Path folder = Fixtures.folder("transfo_xl-lm");
        Safetensors expected = Safetensors.open(folder.resolve("expected.safetensors"));
        try (Lifetime _ = Lifetime.open();
                Pretrained loaded = Pretrained.load(folder)) {
            Tensor first = tensor(expected, "in.first_input_ids");
            Tensor second = tensor(expected, "in.input_ids");
            Tensor scores = tensor(expected, "out.prediction_scores");
            try (Session session = loaded.model().session(Optional.empty())) {
                session.next(first);
                isClose(session.all(Tokens.of(second)), scores);
            }
            try (Session session = loaded.model().session(Optional.empty())) {
                for (Tensor word : first.split(1, 1)) {
                    session.next(word);
                }
                long bytes = session.bytes();
                for (int i = 0; i < second.size(1); i++) {
                    session.next(second.narrow(1, i, 1));
                }
                assertThat(session.bytes()).isEqualTo(bytes);
            }
            try (Segments segments = new Segments()) {
                loaded.model().vectors(Inputs.of(Tokens.of(first)), segments.next(Context.inference(), first.size(1)));
                Tensor left = loaded.model()
                        .scores(
                                loaded.model()
                                        .vectors(
                                                Inputs.of(Tokens.of(second)),
                                                segments.next(Context.inference(), second.size(1))),
                                Context.inference());
                isClose(left, scores);
            }
        }
    }

    @Test
    void honoursWhatOtherConfigurationsSay(@TempDir Path copy) throws Exception {
        Path changed = Fixtures.copy("transfo_xl-lm", copy);
        Fixtures.replace(changed, "\"div_val\": 2", "\"div_val\": 1");
        Fixtures.replace(changed, "\"d_embed\": 32", "\"d_embed\": 20");
        Fixtures.replace(changed, "\"untie_r\": true", "\"untie_r\": false");
        Mapping mapping = Pretrained.describe(changed);
        assertThat(mapping.table().stored())
                .containsKeys("crit.out_projs.0", "transformer.word_emb.emb_projs.0", "transformer.r_w_bias")
                .containsEntry("crit.cluster_weight", io.attend.tensor.Shape.of(2, 20))
                .containsEntry("transformer.word_emb.emb_layers.0.weight", io.attend.tensor.Shape.of(99, 20))
                .doesNotContainKeys("transformer.layers.0.dec_attn.r_w_bias", "crit.out_projs.1");
        assertThat(mapping.architecture().topology().embeddings().getFirst().longest())
                .isEqualTo(OptionalInt.empty());
    }
}
