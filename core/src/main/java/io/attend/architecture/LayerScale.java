package io.attend.architecture;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;

/// A learned factor for each feature at the end of every branch, which starts small, so that a deep model
/// starts as hardly more than its stream.
///
///     x ← x + scale ⊙ f(x)        where the residual that is named has x ← x + f(x)
///
/// It acts on what joins the stream, behind any norm at the end of the branch. scale [E]; one operation a
/// number and one more kept. Names: our `scale` is the paper's λ, BEiT's `lambda_1` and `lambda_2`.
@Source(paper = "Going deeper with Image Transformers", arxiv = "2103.17239")
public record LayerScale(double initial, Residual residual) implements Residual {
    public static final LayerScale EXAMPLE = new LayerScale(0.1, PreNorm.EXAMPLE);

    public LayerScale {
        if (!(initial > 0 && initial <= 1)) {
            throw new IllegalArgumentException(
                    "initial " + initial + " is outside (0, 1]; the usual one is 0.1 to 1e-6");
        }
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Branch> scaled = branches.stream()
                .map(branch -> {
                    Parameter scale = parameters
                            .in(branch.name())
                            .weight("scale", Shape.of(width), Initializer.constant(initial));
                    return branch.ending((y, _) -> y.mul(scale.tensor())); // [B, T, E]
                })
                .toList();
        return residual.build(parameters, scaled, norm, width);
    }

    @Override
    public Streams streams() {
        return residual.streams();
    }
}
