package io.attend.position;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;

/// How far the keys of a pass stand behind its queries, as rows of a table that has one row a distance: row
/// `first` + r of the whole table is row r of the part that this pass needs.
///
/// @param rows int64, [T, S], or [B, T, S] where the rows of the batch differ: the row of each pair in that
///     part
/// @param first the first row of the whole table that is needed
/// @param count how many
record Distances(Tensor rows, long first, long count) {
    /// The position of a query minus that of a key, clipped to ±most, is a row of a table of 2·most + 1.
    static Distances clipped(Context context, long queries, long keys, long most) {
        long low = context.isPositioned() ? -most : Math.max(-most, 1 - queries);
        long high = context.isPositioned() ? most : Math.min(most, keys - 1);
        Tensor rows = context.once(new Rows(queries, keys, low, high), () -> {
            Tensor behind = context.positions(queries)
                    .unsqueeze(-1)
                    .sub(context.keyPositions(keys).unsqueeze(-2)); // [(B,) T, S]
            return behind.sub(low).clampMin(0).neg().clampMin(low - high).neg();
        });
        return new Distances(rows, low + most, high - low + 1);
    }

    /// Every distance there is in this pass. Row r stands for the distance `first` + r.
    static Distances all(Context context, long queries, long keys) {
        long most = keys - 1;
        if (context.isPositioned()) {
            Tensor positions = context.keyPositions(keys).flatten(0, -1);
            most = Math.max(
                    most,
                    positions.amax(0, Tensor.Axis.DROPPED).toLongs()[0]
                            + positions.neg().amax(0, Tensor.Axis.DROPPED).toLongs()[0]);
        }
        Distances clipped = clipped(context, queries, keys, most);
        return new Distances(clipped.rows, clipped.first - most, clipped.count);
    }

    /// The part of a whole table [R, ...] that this pass needs.
    Tensor part(Tensor table) {
        return table.narrow(0, first, count);
    }

    /// The distance behind its key of each row, int64 [count], where `first` is a distance, as [#all] has it.
    Tensor values() {
        return Tensor.arange(first, first + count);
    }

    /// A number a head and distance [H, count] → one a head and pair, [1, H, T, S] or [B, H, T, S].
    Tensor spread(Tensor table) {
        Tensor pairs = table.indexSelect(1, rows.flatten(0, -1)); // [H, (B) T S]
        long heads = table.size(0);
        long queries = rows.size(-2);
        long keys = rows.size(-1);
        return rows.rank() == 2
                ? pairs.reshape(1, heads, queries, keys)
                : pairs.reshape(heads, rows.size(0), queries, keys).transpose(0, 1);
    }

    /// The row of each pair for every head, [B, H, T, S].
    Tensor rows(long batch, long heads) {
        Tensor broad = rows.rank() == 2 ? rows.unsqueeze(0) : rows;
        return broad.unsqueeze(1).expand(batch, heads, rows.size(-2), rows.size(-1));
    }

    /// Numbers a query and distance [B, H, T, count] → a query and key [B, H, T, S].
    Tensor ofQueries(Tensor numbers) {
        return numbers.gather(-1, rows(numbers.size(0), numbers.size(1)));
    }

    /// Numbers a key and distance [B, H, S, count] → a query and key [B, H, T, S].
    Tensor ofKeys(Tensor numbers) {
        return numbers.transpose(-2, -1).gather(-2, rows(numbers.size(0), numbers.size(1)));
    }

    /// Weights a query and key [B, H, T, S] summed over all keys at one distance → [B, H, T, count].
    Tensor sums(Tensor weights) {
        return Tensor.zeros(
                        io.attend.tensor.Shape.of(weights.size(0), weights.size(1), weights.size(2), count),
                        weights.dtype())
                .to(weights.device())
                .scatterAdd(-1, rows(weights.size(0), weights.size(1)), weights);
    }

    private record Rows(long queries, long keys, long low, long high) {}
}
