package io.attend.architecture;

import io.attend.convolution.Convolution;
import io.attend.convolution.GatedConvolution;
import io.attend.convolution.Reach;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Source;

/// A branch in which each position looks at its neighbours.
///
///     f(x) = convolution(x)
@Source(paper = "Convolutional Sequence to Sequence Learning", arxiv = "1705.03122")
public record Convolve(Convolution convolution) implements Sublayer {
    public static final Convolve EXAMPLE = new Convolve(GatedConvolution.EXAMPLE);

    @Override
    public Layer build(Parameters parameters, Site site) {
        return convolution.build(parameters, site.width());
    }

    @Override
    public String name() {
        return "convolution";
    }

    @Override
    public boolean causal() {
        return convolution.reach() == Reach.CAUSAL;
    }

    /// To one side, as far as a causal window reaches; a centered one reaches half as far to each.
    @Override
    public long hears(long length) {
        long aside = convolution.span() - 1L;
        return 1 + (convolution.reach() == Reach.CAUSAL ? aside : aside / 2);
    }

    @Override
    public Growth growth() {
        return convolution.growth();
    }

    @Override
    public Sublayer typical(int heads, long length) {
        return new Convolve(convolution.typical(length));
    }
}
