package io.attend.state;

import java.util.OptionalLong;

/// How the keys and values of a text that is being written are kept from step to step, chosen where a session
/// begins. What a recurrence hands on, and keys of a source that was read once, are not its business.
///
/// A cache changes how much memory a text takes and how long a step is. [QuantisedCache] changes, a little, what
/// is written as well, and so does [RollingCache], which forgets.
public sealed interface Cache permits GrowingCache, OffloadedCache, QuantisedCache, RollingCache, StaticCache {
    /// Empty room for the keys, or for the values, of one place in the model.
    Room room();

    /// Whether it forgets, so that positions must be counted among what it still holds.
    default boolean rolls() {
        return false;
    }

    /// How many positions it has room for, if there is a bound.
    default OptionalLong longest() {
        return OptionalLong.empty();
    }
}
