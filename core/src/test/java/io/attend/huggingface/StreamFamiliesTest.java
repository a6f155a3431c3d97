package io.attend.huggingface;

import static io.attend.layer.Grids.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Inputs;
import io.attend.architecture.SelfAttention;
import io.attend.attention.NgramAttention;
import io.attend.attention.TwoStreamAttention;
import io.attend.checkpoint.CheckpointException;
import io.attend.head.ColumnPooling;
import io.attend.head.NgramHead;
import io.attend.head.SequenceHead;
import io.attend.head.Tying;
import io.attend.layer.Context;
import io.attend.mask.Causal;
import io.attend.mask.SlidingWindow;
import io.attend.model.Transformer;
import io.attend.position.TransformerXlPosition;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the keys of XLNet and ProphetNet mean that no folder here has.
class StreamFamiliesTest {
    private static final String XLNET = "\"model_type\": \"xlnet\", \"d_model\": 10, \"n_head\": 2, \"n_layer\": 1,"
            + " \"d_inner\": 7, \"vocab_size\": 31";
    private static final String PROPHETNET = "\"model_type\": \"prophetnet\", \"hidden_size\": 10,"
            + " \"num_encoder_attention_heads\": 2, \"num_decoder_attention_heads\": 5, \"num_encoder_layers\": 1,"
            + " \"num_decoder_layers\": 2, \"encoder_ffn_dim\": 7, \"decoder_ffn_dim\": 11, \"vocab_size\": 31,"
            + " \"ngram\": 3, \"max_position_embeddings\": 23";

    private static Mapping mapping(String keys) {
        return Mapping.of(Config.parse(Path.of("config.json"), "{" + keys + "}"));
    }

    private static TwoStreamAttention xlnet(String keys) {
        Block block = mapping(XLNET + keys)
                .architecture()
                .topology()
                .stacks()
                .get("encoder")
                .unrolled()
                .getFirst();
        return (TwoStreamAttention) ((SelfAttention) block.sublayers().getFirst()).attention();
    }

    @Test
    void masksAndDistancesFollowTheConfiguration() {
        assertThat(xlnet(", \"attn_type\": \"uni\"").mask()).isEqualTo(new Causal());
        assertThat(xlnet(", \"attn_type\": \"uni\", \"same_length\": true").mask())
                .isEqualTo(new SlidingWindow(1));
        TransformerXlPosition position =
                (TransformerXlPosition) xlnet(", \"clamp_len\": 3").position();
        assertThat(position.furthest()).isEqualTo(OptionalInt.of(3));
        assertThat(position.width()).isEqualTo(OptionalInt.of(10));
    }

    /// The second half of a batch is the first read backwards: what each token becomes is the same, the other
    /// way round.
    @Test
    void halfOfABatchIsReadBackwards() {
        Mapping mapping = mapping(XLNET + ", \"bi_data\": true");
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(mapping.architecture(), 3)) {
            Tensor ids = Tensor.of(new long[] {1, 2, 3, 4, 5, 5, 4, 3, 2, 1}, 2, 5);
            Inputs inputs = Inputs.of(mapping.usage().tokens(ids, Optional.empty(), Optional.empty()));
            Tensor y = model.forward(inputs, Context.inference());
            assertThat(difference(y.select(0, 0).flip(0), y.select(0, 1))).isLessThan(1e-6);
            assertThat(difference(y.select(0, 0).flip(0), y.select(0, 0))).isGreaterThan(1e-3);
            assertThatThrownBy(() -> mapping.usage().tokens(ids.narrow(0, 0, 1), Optional.empty(), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("bi_data reads the second half of a batch backwards, and 1 texts have no half; give an"
                            + " even number of them");
        }
    }

    @Test
    void theSummaryOfATextFollowsTheConfiguration() {
        String base = XLNET + ", \"architectures\": [\"XLNetForSequenceClassification\"]";
        SequenceHead head = (SequenceHead) mapping(base).architecture().head();
        assertThat(head.pooling()).isEqualTo(new ColumnPooling(ColumnPooling.Columns.LAST));
        assertThat(head.dense()).contains(new Tanh());
        assertThat(mapping(base).table().stored().keySet())
                .contains(
                        "sequence_summary.summary.weight",
                        "sequence_summary.summary.bias",
                        "logits_proj.weight",
                        "logits_proj.bias",
                        "transformer.mask_emb");
        SequenceHead bare = (SequenceHead) mapping(base
                        + ", \"summary_type\": \"mean\", \"summary_use_proj\": false, \"summary_activation\": null")
                .architecture()
                .head();
        assertThat(bare.pooling()).isEqualTo(new ColumnPooling(ColumnPooling.Columns.MEAN));
        assertThat(bare.dense()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "d_head is 3, which Attend does not know; known: 5: it must be d_model / n_head|, \"d_head\": 3",
                "attn_type is \"warp\", which Attend does not know; known: one of bi, uni|, \"attn_type\": \"warp\"",
                "summary_use_proj is false|, \"summary_use_proj\": false,"
                        + " \"architectures\": [\"XLNetForSequenceClassification\"]",
                "summary_type is \"attn\"|, \"summary_type\": \"attn\","
                        + " \"architectures\": [\"XLNetForSequenceClassification\"]",
                "XLNetForQuestionAnswering, which Attend does not know|, \"architectures\":"
                        + " [\"XLNetForQuestionAnswering\"]"
            })
    void whatIsNotReadIsNamed(String messageAndKeys) {
        int bar = messageAndKeys.indexOf('|');
        assertThatThrownBy(() -> mapping(XLNET + messageAndKeys.substring(bar + 1)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(messageAndKeys.substring(0, bar));
    }

    @Test
    void prophetNetsKeysAreRead() {
        Mapping mapping = mapping(PROPHETNET + ", \"architectures\": [\"ProphetNetForConditionalGeneration\"],"
                + " \"tie_word_embeddings\": false, \"disable_ngram_loss\": true, \"eps\": 0.1, \"num_buckets\": 6,"
                + " \"relative_max_distance\": 19, \"add_cross_attention\": true");
        assertThat(mapping.architecture().head()).isEqualTo(new NgramHead(Tying.OWN, NgramHead.Streams.FIRST));
        assertThat(mapping.usage().extras().smoothing()).isEqualTo(0.1);
        Block block = mapping.architecture()
                .topology()
                .stacks()
                .get("decoder")
                .unrolled()
                .getFirst();
        NgramAttention attention =
                (NgramAttention) ((SelfAttention) block.sublayers().getFirst()).attention();
        assertThat(attention.buckets()).isEqualTo(6);
        assertThat(attention.furthest()).isEqualTo(19);
        assertThat(mapping.table().stored().keySet()).contains("lm_head.weight");
        assertThatThrownBy(() -> mapping(PROPHETNET + ", \"add_cross_attention\": false"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("add_cross_attention is false");
    }

    /// Released weights were trained with each stream's own biases, and ours come back in whichever folder
    /// they go.
    @Test
    void aDecoderAloneKeepsTheAttentionItDoesNotUse() {
        Map<String, Object> stored =
                new TreeMap<>(mapping(PROPHETNET + ", \"architectures\": [\"ProphetNetForCausalLM\"]")
                        .table()
                        .stored());
        assertThat(stored.keySet())
                .contains(
                        "prophetnet.decoder.layers.1.cross_attn.query_proj.weight",
                        "prophetnet.decoder.layers.1.cross_attn_layer_norm.bias",
                        "prophetnet.word_embeddings.weight",
                        "prophetnet.decoder.ngram_embeddings.weight")
                .doesNotContain("prophetnet.encoder.embeddings_layer_norm.weight");
    }

    @Test
    void everyClassIsExportedAndComesBackEqual(@TempDir Path folder) {
        List<String> all = new ArrayList<>();
        for (String name : List.of(
                "XLNetModel",
                "XLNetLMHeadModel",
                "XLNetForSequenceClassification",
                "XLNetForTokenClassification",
                "XLNetForQuestionAnsweringSimple")) {
            all.add(XLNET + ", \"architectures\": [\"" + name + "\"], \"attn_type\": \"uni\", \"clamp_len\": 3");
        }
        for (String name : List.of("ProphetNetModel", "ProphetNetForConditionalGeneration", "ProphetNetForCausalLM")) {
            all.add(PROPHETNET + ", \"architectures\": [\"" + name + "\"], \"pad_token_id\": 1");
        }
        for (int i = 0; i < all.size(); i++) {
            Architecture architecture = mapping(all.get(i)).architecture();
            Path copy = folder.resolve(Integer.toString(i));
            try (Transformer model = Transformer.initialize(architecture, 7)) {
                Pretrained.of(model).save(copy);
                try (Pretrained again = Pretrained.load(copy)) {
                    assertThat(again.model().architecture().initialized(architecture.initialization()))
                            .as(all.get(i))
                            .isEqualTo(architecture);
                }
            }
        }
    }
}
