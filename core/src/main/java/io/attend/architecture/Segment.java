package io.attend.architecture;

import io.attend.value.Default;
import java.util.List;

/// Blocks that repeat: `new Segment(12, block)` is twelve equal blocks, a list of blocks alternates.
public record Segment(
        int times,
        List<Block> blocks,
        @Default("\"separate\"") Sharing sharing) {
    public Segment {
        blocks = List.copyOf(blocks);
        if (times < 1) {
            throw new IllegalArgumentException("times must be at least 1, not " + times);
        }
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("a segment needs at least one block");
        }
        if ((long) times * blocks.size() > 10_000) {
            throw new IllegalArgumentException(times + " times " + blocks.size() + " blocks is more than 10000");
        }
    }

    /// One block, repeated with weights of its own each time.
    public Segment(int times, Block block) {
        this(times, List.of(block), Sharing.SEPARATE);
    }

    /// Branches of all its blocks, repetitions included.
    long branches() {
        return times
                * blocks.stream().mapToLong(block -> block.sublayers().size()).sum();
    }
}
