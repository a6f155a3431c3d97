package io.attend.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/// While open, matrix products of this thread are computed in a half type, whatever the type of what they
/// multiply: mixed precision (Micikevicius et al. 2018). Weights, what the optimizer keeps, and the sums of a
/// stream stay float32; the gradient of a float32 weight is float32. The backward pass does as the forward pass
/// did, open or not.
///
/// The engine keeps this setting per native thread, as it does [NoGradient].
public final class Autocast implements AutoCloseable {
    /*
     * The engine would keep the halves of weights until the outermost region ends, also those made where no gradient is
     * recorded, which then cut the gradient off for all who find them. A weight multiplies once a pass, so nothing is
     * lost without.
     */
    private final DeviceType device;
    private final Optional<DType> before;
    private final boolean cached;

    private Autocast(Device.Kind kind, Optional<DType> products) {
        Engine.start();
        device = type(kind);
        before = products(kind);
        cached = torch.is_autocast_cache_enabled();
        set(products);
        torch.set_autocast_cache_enabled(false);
    }

    /// Products on devices of a kind in `products`, or as they are.
    public static Autocast open(Device.Kind kind, Optional<DType> products) {
        return new Autocast(kind, products);
    }

    /// What products on devices of a kind are computed in on this thread; absent if as they are.
    public static Optional<DType> products(Device.Kind kind) {
        Engine.start();
        DeviceType device = type(kind);
        return torch.is_autocast_enabled(device)
                ? Optional.of(Types.of(torch.get_autocast_dtype(device)))
                : Optional.empty();
    }

    private void set(Optional<DType> products) {
        products.ifPresent(type -> torch.set_autocast_dtype(device, Types.of(type)));
        torch.set_autocast_enabled(device, products.isPresent());
    }

    private static DeviceType type(Device.Kind kind) {
        return kind == Device.Kind.CPU ? DeviceType.CPU : DeviceType.CUDA;
    }

    @Override
    public void close() {
        set(before);
        torch.set_autocast_cache_enabled(cached);
    }
}
