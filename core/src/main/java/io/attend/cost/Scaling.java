package io.attend.cost;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Feed;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology;
import io.attend.architecture.Topology.Sizes;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import java.util.Map;
import java.util.OptionalLong;

/// How an architecture takes to length, as table 1 of Attention Is All You Need compares layers.
///
/// @param sequentialSteps branches that must wait for each other in a pass over the whole sequence: as many
///     as there are one after another, and in a recurrence that many for every position
/// @param longestPath applications of its farthest-hearing branch until the first position can matter to the
///     last; absent where it never can
public record Scaling(long sequentialSteps, OptionalLong longestPath) {
    private static final long LONGEST = 1L << 40;

    public static Scaling of(Architecture architecture, Sizes sizes) {
        long steps = 0;
        long path = 0;
        boolean joined = true;
        for (Map.Entry<String, Stack> entry : architecture.topology().stacks().entrySet()) {
            long length = length(architecture.topology(), entry.getKey(), sizes);
            long hears = 1;
            for (Block block : entry.getValue().unrolled()) {
                for (Sublayer sublayer : block.sublayers()) {
                    steps += sublayer.steps(length);
                    hears = Math.max(hears, sublayer.hears(length));
                }
            }
            joined &= hears > 1 || length == 1;
            path = Math.max(path, hears == 1 ? 0 : Math.ceilDiv(length - 1, hears - 1));
        }
        return new Scaling(steps, joined ? OptionalLong.of(path) : OptionalLong.empty());
    }

    private static long length(Topology topology, String stack, Sizes sizes) {
        boolean writes = topology.stacks().size() > 1 && stack.equals("decoder");
        return writes ? sizes.target() : sizes.source();
    }

    /// The length from which on what mixes positions takes more operations than the feed-forward branches do;
    /// absent where one of the two is missing or it never does.
    public static OptionalLong overtakes(Architecture architecture) {
        if (!mixesMore(architecture, LONGEST)) {
            return OptionalLong.empty();
        }
        long less = 0;
        long more = LONGEST;
        while (more - less > 1) {
            long middle = less + (more - less) / 2;
            if (mixesMore(architecture, middle)) {
                more = middle;
            } else {
                less = middle;
            }
        }
        return OptionalLong.of(more);
    }

    private static boolean mixesMore(Architecture architecture, long length) {
        double feeds = 0;
        double mixes = 0;
        boolean reads = architecture.topology().stacks().size() > 1;
        Load load = Load.batch(1).length(length).memory(reads ? length : 0);
        Site alone = Site.width(architecture.width());
        for (Map.Entry<String, Stack> entry : architecture.topology().stacks().entrySet()) {
            Site site = reads && entry.getKey().equals("decoder") ? alone.withMemory(architecture.width()) : alone;
            for (Block block : entry.getValue().unrolled()) {
                for (Sublayer sublayer : block.sublayers()) {
                    double flops =
                            sublayer.build(Parameters.root(), site).cost(load).flops();
                    feeds += sublayer instanceof Feed ? flops : 0;
                    mixes += sublayer instanceof Feed ? 0 : flops;
                }
            }
        }
        return feeds > 0 && mixes > feeds;
    }
}
