package io.attend.generation;

import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Always the likeliest token.
///
///     yₜ = argmax_v p(v | source, y before t)
///
/// At most `limit` new tokens. One forward pass a token, over that token alone: what came before is in the
/// session's states.
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record Greedy(int limit) implements Decoding {
    public static final Greedy EXAMPLE = new Greedy(17);

    public Greedy {
        if (limit < 1) {
            throw new IllegalArgumentException("the limit must be at least 1 token, not " + limit);
        }
    }

    @Override
    public List<int[]> write(Transformer model, Start start) {
        int batch = (int) start.prompt().size(0);
        List<IntStream.Builder> texts =
                Stream.generate(IntStream::builder).limit(batch).toList();
        boolean[] ended = new boolean[batch];
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session session = model.session(start.source())) {
            Tensor tokens = start.prompt();
            for (int step = 0; step < limit && !all(ended); step++) {
                long[] chosen;
                try (Lifetime _ = Lifetime.open()) {
                    chosen = session.next(tokens).argmax(1).toLongs(); // [B]
                }
                for (int row = 0; row < batch; row++) {
                    ended[row] |= chosen[row] == start.end();
                    if (!ended[row]) {
                        texts.get(row).add((int) chosen[row]);
                    }
                }
                tokens = Tensor.of(chosen, batch, 1);
            }
        }
        return texts.stream().map(text -> text.build().toArray()).toList();
    }

    private static boolean all(boolean[] flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }
}
