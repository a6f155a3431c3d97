package io.attend.layer;

/// Where in the computation a layer is being applied, such as `decoder.3.attention`. With shared layers several
/// places use the same parameters; each place has a state of its own, since identity, not the name, tells
/// places apart.
public final class Place {
    private final String name;
    private final double depth;

    public Place(String name) {
        this(name, 1);
    }

    /// @param depth how deep in its stack it stands: l / L for a branch of the l-th of L blocks
    public Place(String name, double depth) {
        this.name = name;
        this.depth = depth;
    }

    /// How deep in its stack it stands, from near 0 to 1.
    public double depth() {
        return depth;
    }

    @Override
    public String toString() {
        return name;
    }
}
