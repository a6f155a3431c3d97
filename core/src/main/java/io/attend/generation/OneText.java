package io.attend.generation;

import io.attend.embedding.Tokens;
import io.attend.model.Session;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/// A session that writes one text of a batch: its prompt without padding, numbered as in the batch. All of the
/// prompt but its last token has been read.
final class OneText implements AutoCloseable {
    private final Session session;
    private final Optional<Tensor> lastPosition; // [1, 1], of the prompt
    private final long read;

    /// @param begun a session that has taken nothing
    OneText(Session begun, Tokens prompts, int row) {
        session = begun.fork();
        try (Lifetime passing = Lifetime.open()) {
            session.select(Tensor.of(new long[] {row}));
            long padding = prompts.keep()
                    .map(keep -> Arrays.stream(keep.select(0, row).toLongs())
                            .filter(kept -> kept == 0)
                            .count())
                    .orElse(0L);
            read = prompts.length() - padding - 1;
            Optional<Tensor> positions = prompts.positions().map(all -> of(all, row, padding));
            lastPosition = positions.map(all -> passing.keep(all.narrow(1, read, 1)));
            if (read > 0) {
                session.next(new Tokens(
                        of(prompts.ids(), row, padding).narrow(1, 0, read),
                        Optional.empty(),
                        prompts.segments().map(all -> of(all, row, padding).narrow(1, 0, read)),
                        positions.map(all -> all.narrow(1, 0, read))));
            }
        }
    }

    private static Tensor of(Tensor all, int row, long padding) {
        return all.narrow(0, row, 1).narrow(1, padding, all.size(1) - padding);
    }

    /// Takes the next tokens, the last of the prompt before all others: scores [1, T, V].
    Tensor all(int... next) {
        Tensor ids = Tensor.of(Arrays.stream(next).asLongStream().toArray(), 1, next.length);
        Optional<Tensor> positions = session.length() == read
                ? lastPosition.map(last -> last.add(Tensor.of(LongStream.range(0, next.length).toArray(), 1, next.length)))
                : Optional.empty();
        return session.all(new Tokens(ids, Optional.empty(), Optional.empty(), positions));
    }

    /// See [Session#truncate].
    void truncate(long length) {
        session.truncate(length);
    }

    @Override
    public void close() {
        session.close();
    }
}
