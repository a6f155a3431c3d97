package io.attend.training;

import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Matrix products in float16, all else in float32. float16 has 11 bits of precision but ends at 65504 and 6 ·
/// 10⁻⁸, so that gradients vanish in it unless the loss is scaled up. For CUDA devices only: processors
/// multiply float16 tens of times slower than float32.
@Source(paper = "Mixed Precision Training", arxiv = "1710.03740")
public record Float16(@Default("{}") LossScaling scaling) implements Precision {
    public static final Float16 EXAMPLE = new Float16(new LossScaling(65536, 2, 0.5, 2000));

    @Override
    public Optional<DType> products() {
        return Optional.of(DType.FLOAT16);
    }

    @Override
    public Optional<LossScaling> lossScaling() {
        return Optional.of(scaling);
    }

    @Override
    public void check(Device.Kind kind) {
        if (kind == Device.Kind.CPU) {
            throw new IllegalArgumentException(
                    "precision Float16 is for CUDA devices: a processor multiplies float16 tens"
                            + " of times slower than float32; take BFloat16 here");
        }
    }
}
