package io.attend.training;

import io.attend.tensor.DType;
import io.attend.value.Source;
import java.util.Optional;

/// All is computed in float32.
@Source(paper = "IEEE Standard for Floating-Point Arithmetic", reference = "IEEE 754-2019")
public record Float32() implements Precision {
    public static final Float32 EXAMPLE = new Float32();

    @Override
    public Optional<DType> products() {
        return Optional.empty();
    }
}
