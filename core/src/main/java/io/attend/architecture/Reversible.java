package io.attend.architecture;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.stream.IntStream;

/// Two streams that take turns: each branch reads one and is added to the other, so that what went in can be
/// computed back from what came out.
///
///     y₁ = x₁ + f(norm(x₂))        y₂ = x₂ + g(norm(y₁))        back:  x₂ = y₂ − g(norm(y₁)),  x₁ = y₁ −
///     f(norm(x₂))
///
/// x [B, T, E] enters a stack as two copies and leaves as `streams` says: Reformer concatenates, so its last
/// norm and its head are 2 E wide. A block has an even number of branches. Cost: the forward pass of pre-norm;
/// the backward pass computes the branches once more, and of a whole stack only the last two streams and what
/// one branch keeps exist at a time, however deep it is. Gradients are pre-norm's but for the rounding of what
/// is computed back. Names: our first stream is the paper's X₁, which attention is added to.
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record Reversible(Streams streams, @Default("0.0") double dropout) implements Residual {
    public static final Reversible EXAMPLE = new Reversible(Streams.AVERAGED, 0);

    /// What exists beside one branch while it is computed back: both streams before and behind it, and their
    /// gradients.
    private static final int STREAMS = 8;

    public Reversible {
        Residual.checked(dropout);
        if (streams == Streams.ONE) {
            throw new IllegalArgumentException(
                    "reversible blocks have two streams; streams must be averaged or" + " concatenated, not one");
        }
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        if (branches.size() % 2 != 0) {
            throw parameters.refuse(
                    "a reversible block needs an even number of branches, which take turns; it has " + branches.size());
        }
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new Residual.Built() {
            @Override
            public Tensor forward(Tensor x, List<Place> places, Context context) {
                return context.reversed(turns(places), x, (_, _) -> {}); // [B, T, 2 E]
            }

            @Override
            public List<Context.Turn> turns(List<Place> places) {
                return IntStream.range(0, branches.size())
                        .<Context.Turn>mapToObj(i -> (read, context) -> {
                            Context here = context.at(places.get(i));
                            Branch branch = branches.get(i);
                            Tensor y = branch.layer().forward(norms.get(i).forward(read, here), here);
                            return branch.joining(y, dropout, here); // [B, T, E]
                        })
                        .toList();
            }

            @Override
            public Cost cost(Load load) {
                double stream = load.rows() * width;
                Cost all = Cost.NONE;
                for (int i = 0; i < branches.size(); i++) {
                    all = all.plus(
                            BranchByBranch.cost(List.of(branches.get(i)), List.of(norms.get(i)), dropout, width, load)
                                    .recomputed());
                }
                return all.working(all.working() + STREAMS * stream);
            }
        };
    }
}
