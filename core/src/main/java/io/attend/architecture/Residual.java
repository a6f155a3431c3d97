package io.attend.architecture;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import java.util.List;

/// How the branches of a block join the stream, and where their norms stand.
public sealed interface Residual permits PostNorm, PreNorm {
    /// @param parameters the block's place
    Built build(Parameters parameters, List<Branch> branches, Norm norm, int width);

    /// A branch that is built: its name in paths and its layer.
    record Branch(String name, Layer layer) {}

    /// A block's stream at work.
    interface Built {
        /// @param places where each branch is being applied
        Tensor forward(Tensor x, List<Place> places, Context context);

        Cost cost(Load load);
    }
}
