package io.attend.training;

import io.attend.tensor.DType;
import io.attend.value.Source;
import java.util.Optional;

/// Matrix products in bfloat16, all else in float32: half the memory of what products leave for the backward
/// pass, and faster where the device multiplies bfloat16 faster. Attention's fused kernel is given float32 on a
/// processor, where its bfloat16 form is many times slower.
///
/// bfloat16 has float32's range with 8 bits of precision, so gradients do not vanish in it; `scaling` is there
/// for comparison.
@Source(paper = "A Study of BFLOAT16 for Deep Learning Training", arxiv = "1905.12322")
public record BFloat16(Optional<LossScaling> scaling) implements Precision {
    public static final BFloat16 EXAMPLE = new BFloat16(Optional.empty());

    @Override
    public Optional<DType> products() {
        return Optional.of(DType.BFLOAT16);
    }

    @Override
    public Optional<LossScaling> lossScaling() {
        return scaling;
    }
}
