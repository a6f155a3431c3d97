package io.attend.tensor;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Our element types and devices in the binding's terms.
final class Types {
    private static final Map<DType, TensorOptions> CPU_OPTIONS = new EnumMap<>(DType.class);

    static {
        for (DType dtype : DType.values()) {
            CPU_OPTIONS.put(dtype, Engine.keep(new TensorOptions(of(dtype))));
        }
    }

    private Types() {}

    static ScalarType of(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> ScalarType.Double;
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
            case INT64 -> ScalarType.Long;
            case INT32 -> ScalarType.Int;
            case INT16 -> ScalarType.Short;
            case INT8 -> ScalarType.Char;
            case UINT8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }

    static DType of(ScalarType type) {
        return switch (type.intern()) {
            case Double -> DType.FLOAT64;
            case Float -> DType.FLOAT32;
            case BFloat16 -> DType.BFLOAT16;
            case Half -> DType.FLOAT16;
            case Long -> DType.INT64;
            case Int -> DType.INT32;
            case Short -> DType.INT16;
            case Char -> DType.INT8;
            case Byte -> DType.UINT8;
            case Bool -> DType.BOOL;
            default -> throw new TensorException("element type " + type + " has no name in Attend");
        };
    }

    static TensorOptions options(DType dtype, Device device) {
        return device.kind() == Device.Kind.CPU
                ? Objects.requireNonNull(CPU_OPTIONS.get(dtype))
                : new TensorOptions(of(dtype)).device(new org.bytedeco.pytorch.DeviceOptional(of(device)));
    }

    static org.bytedeco.pytorch.Device of(Device device) {
        return device.kind() == Device.Kind.CPU
                ? new org.bytedeco.pytorch.Device(DeviceType.CPU)
                : new org.bytedeco.pytorch.Device(DeviceType.CUDA, (byte) device.index());
    }
}
