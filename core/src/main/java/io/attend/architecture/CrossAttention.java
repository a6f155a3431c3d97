package io.attend.architecture;

import io.attend.attention.MemoryAttention;
import io.attend.attention.SoftmaxAttention;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Source;

/// A branch in which a decoder looks at what its encoder made of the source.
///
///     f(x) = attention(x, memory)
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record CrossAttention(MemoryAttention attention) implements Sublayer {
    public static final CrossAttention EXAMPLE = new CrossAttention(SoftmaxAttention.EXAMPLE);

    @Override
    public Layer build(Parameters parameters, Site site) {
        return attention.cross(parameters, site);
    }

    @Override
    public String name() {
        return "cross";
    }

    @Override
    public boolean causal() {
        return true;
    }

    /// Each position is treated by itself.
    @Override
    public boolean takes(Lanes lanes) {
        return true;
    }
}
