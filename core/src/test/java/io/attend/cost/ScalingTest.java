package io.attend.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Presets;
import io.attend.architecture.Stack;
import io.attend.architecture.Topology.Sizes;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.norm.NoNorm;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ScalingTest {
    private static final Architecture FEEDS = new Architecture(
            10,
            new Encoder(
                    TokenEmbedding.of(new DenseTable(31)),
                    Stack.of(3, new Block(List.of(Feed.EXAMPLE), new NoNorm(), new PreNorm(0)))));

    /// Attention: as many steps as branches, whatever the length, and one step between any two positions.
    @Test
    void attentionDoesNotWaitForPositions() {
        for (long length : new long[] {7, 509}) {
            Sizes sizes = Sizes.batch(1).length(length);
            assertThat(Scaling.of(Presets.gpt2(), sizes)).isEqualTo(new Scaling(12 * 2, OptionalLong.of(1)));
            assertThat(Scaling.of(Presets.transformerBase(37_000), sizes))
                    .isEqualTo(new Scaling(6 * 2 + 6 * 3, OptionalLong.of(1)));
        }
    }

    /// Table 1 of the paper: a recurrence waits for every position and hands things on from one to the next;
    /// a kernel of 3 reaches two back in the decoder and one aside in the encoder.
    @Test
    void recurrencesWaitAndConvolutionsReachFurtherLayerByLayer() {
        Sizes sizes = Sizes.batch(1).length(509);
        assertThat(Scaling.of(Presets.lstmTranslator(31, 5, 10, 0), sizes))
                .isEqualTo(new Scaling(2 * 5 * 509, OptionalLong.of(508)));
        assertThat(Scaling.of(Presets.convolutionalTranslator(31, 5, 10, 1000), sizes))
                .isEqualTo(new Scaling(5 + 2 * 5, OptionalLong.of(508)));
        assertThat(Scaling.overtakes(Presets.lstmTranslator(31, 5, 10, 0))).isEmpty();
    }

    @Test
    void withoutAttentionPositionsNeverMeet() {
        assertThat(Scaling.of(FEEDS, Sizes.batch(1).length(7))).isEqualTo(new Scaling(3, OptionalLong.empty()));
        assertThat(Scaling.of(FEEDS, Sizes.batch(1).length(1))).isEqualTo(new Scaling(3, OptionalLong.of(0)));
        assertThat(Scaling.overtakes(FEEDS)).isEmpty();
    }

    /// By hand, with a feed-forward of 4 E and GELU at 10 operations: 8 E² + (4 E + 5 H) T passes 16 E² + 40
    /// E at T = (8 E² + 40 E) / (4 E + 5 H), 1,530 for GPT-2's 768 and 12 heads; about twice the width.
    @Test
    void attentionOvertakesAtTwiceTheWidth() {
        long expected = (long) Math.floor((8.0 * 768 * 768 + 40.0 * 768) / (4 * 768 + 5 * 12)) + 1;
        assertThat(Scaling.overtakes(Presets.gpt2())).hasValue(expected);
        assertThat(expected).isBetween(2 * 750L, 2 * 768L);
    }
}
