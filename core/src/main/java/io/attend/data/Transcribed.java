package io.attend.data;

import java.util.List;

/// A sequence of vectors and the text it says, such as frames of sound and what was spoken: an example for a
/// model that writes down what it hears.
///
/// @param features [T][F]
@SuppressWarnings("ArrayRecordComponent")
public record Transcribed(double[][] features, String text) implements Example {
    public Transcribed {
        Series.check("features", features);
    }

    @Override
    public List<String> texts() {
        return List.of(text);
    }
}
