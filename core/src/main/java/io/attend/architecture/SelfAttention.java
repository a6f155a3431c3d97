package io.attend.architecture;

import io.attend.attention.Attention;
import io.attend.attention.SoftmaxAttention;
import io.attend.layer.Growth;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Source;

/// A branch in which the positions of a sequence look at each other.
///
///     f(x) = attention(x, x)
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record SelfAttention(Attention attention) implements Sublayer {
    public static final SelfAttention EXAMPLE = new SelfAttention(SoftmaxAttention.EXAMPLE);

    @Override
    public Layer build(Parameters parameters, Site site) {
        return attention.self(parameters, site);
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public boolean causal() {
        return attention.causal();
    }

    @Override
    public long hears(long length) {
        return attention.hears(length);
    }

    @Override
    public boolean takes(Lanes lanes) {
        return attention.takes(lanes);
    }

    @Override
    public String what() {
        return "a " + attention.getClass().getSimpleName();
    }

    @Override
    public Growth growth() {
        return attention.growth();
    }

    @Override
    public Sublayer typical(int heads, long length) {
        return new SelfAttention(attention.typical(heads, length));
    }
}
