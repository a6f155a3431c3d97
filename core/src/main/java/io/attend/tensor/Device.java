package io.attend.tensor;

/// Where a tensor lives: the processor, or a numbered CUDA device.
///
/// @param kind which sort of device
/// @param index which one of that sort, from 0
public record Device(Kind kind, int index) {
    /// The sorts of device the engine runs on.
    public enum Kind {
        CPU,
        CUDA
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    public Device {
        if (index < 0 || (kind == Kind.CPU && index != 0)) {
            throw new IllegalArgumentException("there is no device " + kind + ":" + index);
        }
    }

    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /// Reads `cpu`, `cuda` or `cuda:1`.
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.matches("cuda(:\\d{1,3})?")) {
            return cuda(text.length() == 4 ? 0 : Integer.parseInt(text.substring(5)));
        }
        throw new IllegalArgumentException("unknown device " + text + "; write cpu, cuda or cuda:1");
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + index;
    }
}
