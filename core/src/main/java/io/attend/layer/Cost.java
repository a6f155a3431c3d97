package io.attend.layer;

/// What one application of a layer costs, counted in numbers, not bytes, so that it holds for every element
/// type.
///
/// @param flops floating-point operations of the forward pass; a multiply and an add are two
/// @param again those of them that the backward pass does once more, since it kept nothing
/// @param saved numbers kept from the forward pass for the backward pass
/// @param state numbers remembered for later steps of a generation, those of earlier steps included
/// @param working numbers that exist for a moment, beyond those saved, when most do: of layers one after
///     another the largest counts
public record Cost(double flops, double again, double saved, double state, double working) {
    public static final Cost NONE = new Cost(0, 0, 0, 0, 0);

    public static Cost flops(double flops) {
        return new Cost(flops, 0, 0, 0, 0);
    }

    public Cost saving(double numbers) {
        return new Cost(flops, again, saved + numbers, state, working);
    }

    public Cost remembering(double numbers) {
        return new Cost(flops, again, saved, state + numbers, working);
    }

    /// At the moment when most numbers exist, that many more than are saved.
    public Cost working(double numbers) {
        return new Cost(flops, again, saved, state, Math.max(working, numbers));
    }

    /// The same work where nothing is remembered, as when an encoder does it.
    public Cost forgetting() {
        return new Cost(flops, again, saved, 0, working);
    }

    /// The same work where nothing is saved, so that the backward pass does it once more.
    public Cost recomputed() {
        return new Cost(flops, again + flops, 0, state, working + 2 * saved);
    }

    /// The same work by `count` layers at once.
    public Cost times(double count) {
        return new Cost(flops * count, again * count, saved * count, state * count, working);
    }

    public Cost plus(Cost other) {
        return new Cost(
                flops + other.flops,
                again + other.again,
                saved + other.saved,
                state + other.state,
                Math.max(working, other.working));
    }
}
