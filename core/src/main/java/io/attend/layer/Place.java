package io.attend.layer;

/// Where in the computation a layer is being applied, such as `decoder.3.attention`. With shared layers several
/// places use the same parameters; each place has a state of its own, since identity, not the name, tells places
/// apart.
public final class Place {
    private final String name;

    public Place(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
