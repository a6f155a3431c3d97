package io.attend.architecture;

import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.recurrence.Lstm;
import io.attend.recurrence.Recurrence;
import io.attend.value.Source;

/// A branch that goes through a sequence step by step.
///
///     f(x) = recurrence(x)
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record Recur(Recurrence recurrence) implements Sublayer {
    public static final Recur EXAMPLE = new Recur(Lstm.EXAMPLE);

    @Override
    public Layer build(Parameters parameters, Site site) {
        return recurrence.build(parameters, site);
    }

    @Override
    public String name() {
        return "recurrence";
    }

    @Override
    public boolean causal() {
        return recurrence.causal();
    }

    @Override
    public long steps(long length) {
        return recurrence.linear() ? 1 : length;
    }

    @Override
    public long hears(long length) {
        return recurrence.linear() ? length : 2;
    }

    @Override
    public Growth growth() {
        return recurrence.growth();
    }

    @Override
    public Sublayer typical(int heads, long length) {
        return new Recur(recurrence.typical(heads, length));
    }
}
