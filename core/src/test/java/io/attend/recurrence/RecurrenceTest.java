package io.attend.recurrence;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.LayerContract;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RecurrenceTest {
    private static final int MEMORY = 11;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Recurrence.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value()
                                        .build(parameters, Site.width(WIDTH).withMemory(MEMORY)),
                                RecurrenceFormulas.of(example.value()))
                        .causal(example.value().causal())
                        .remembering(MEMORY)
                        .tests());
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> new Lstm(Direction.BOTH, Start.LAST_OF_MEMORY))
                .hasMessage("a recurrence in both directions reads, and has no memory to start from; let it start from"
                        + " zeros");
        assertThatThrownBy(() -> Lstm.BOTH_WAYS.build(Parameters.root().in("encoder.0.recurrence"), Site.width(7)))
                .hasMessage("encoder.0.recurrence: two directions need an even width, not 7");
        assertThatThrownBy(() -> Lstm.SUMMARY.build(Parameters.root().in("decoder.0.recurrence"), Site.width(7)))
                .hasMessage("decoder.0.recurrence: a start from the memory needs one, which only the decoder of an"
                        + " EncoderDecoder has; let it start from zeros");
        assertThatThrownBy(() ->
                        LuongRecurrence.EXAMPLE.build(Parameters.root().in("decoder.0.recurrence"), Site.width(7)))
                .hasMessage(
                        "decoder.0.recurrence: a recurrence with attention needs a memory, which only the decoder of an"
                                + " EncoderDecoder has; use Lstm or Gru");
        assertThatThrownBy(() -> new BahdanauRecurrence(Cell.GRU, 0, Start.ZEROS))
                .hasMessage("attention must have a size of at least 1, not 0");
    }
}
