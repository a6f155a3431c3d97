package io.attend.huggingface;

import io.attend.architecture.Block;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.attention.Attention;
import io.attend.attention.LongformerAttention;
import io.attend.mask.SlidingWindow;
import io.attend.mask.SlidingWindow.Sides;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// What Longformer and LED have in common: a window for every layer, and what its maps look like.
final class LongformerParts {
    /// What the projections of a layer are called, theirs and ours.
    static final Map<String, String> PROJECTIONS = Map.of(
            "query", "query",
            "key", "key",
            "value", "value",
            "query_global", "global.query",
            "key_global", "global.key",
            "value_global", "global.value");

    private LongformerParts() {}

    /// `attention_window`: one even number for all layers, or a list of one for each. Half of it lies on either
    /// side.
    static List<SlidingWindow> windows(Config config, int layers) {
        List<Integer> all = config.tree("attention_window")
                .map(value -> value.isArray()
                        ? value.valueStream().map(LongformerParts::size).toList()
                        : Collections.nCopies(layers, size(value)))
                .orElse(Collections.nCopies(layers, 512));
        if (all.size() != layers || all.stream().anyMatch(size -> size < 2 || size % 2 != 0)) {
            throw config.refuse("attention_window", "an even number above 0, or one for each of " + layers + " layers");
        }
        return all.stream()
                .map(size -> new SlidingWindow(size / 2 + 1, Sides.BOTH))
                .toList();
    }

    private static int size(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt() ? value.intValue() : 0;
    }

    /// The key that [#windows] reads.
    static List<Integer> sizes(List<Block> blocks) {
        return blocks.stream()
                .map(block -> block.sublayers().getFirst())
                .map(first -> first instanceof SelfAttention(LongformerAttention attention)
                        ? 2 * (attention.window().size() - 1)
                        : 0)
                .toList();
    }

    static BandedMaps maps(List<SlidingWindow> windows) {
        return new BandedMaps(windows.stream().map(window -> window.size() - 1).toList());
    }

    /// Blocks of these attentions, equal ones behind one another together.
    static List<Segment> segments(List<? extends Attention> attentions, Function<Attention, Block> block) {
        List<Segment> segments = new ArrayList<>();
        for (int from = 0, to; from < attentions.size(); from = to) {
            to = from + 1;
            while (to < attentions.size() && attentions.get(to).equals(attentions.get(from))) {
                to++;
            }
            segments.add(new Segment(to - from, block.apply(attentions.get(from))));
        }
        return segments;
    }
}
