package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;

/// What dense syntheses learn.
final class SynthesisNetwork {
    private SynthesisNetwork() {}

    /// A network of each head: E numbers of all → E / H of its own → `outputs`, [B, H, T, outputs].
    static Synthesis.Built of(Parameters parameters, int width, Heads heads, int outputs) {
        int count = heads.count();
        long inner = (long) count * heads.sizeIn(width, parameters);
        Linear first =
                new Linear(parameters.in("inner"), Linear.Size.from(width).to(inner), Bias.ADDED);
        Linear second = new Linear(
                parameters.in("outer"),
                Linear.Size.from(inner).to((long) count * outputs).groups(count),
                Bias.ADDED);
        return new Synthesis.Built() {
            @Override
            public Tensor scores(Tensor x, Context context) {
                Tensor all = second.forward(first.forward(x).relu()); // [B, T, H outputs]
                return all.reshape(x.size(0), x.size(1), count, outputs).transpose(1, 2); // [B, H, T, outputs]
            }

            @Override
            public double flops(double rows) {
                return first.flops(rows) + rows * inner + second.flops(rows);
            }
        };
    }
}
