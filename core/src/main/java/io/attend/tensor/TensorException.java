package io.attend.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/// An operation on tensors that cannot be done. The message is one line: the operation, the shapes and types it
/// was given, and why; the engine's own text is the cause.
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean outOfMemory;

    public TensorException(String message) {
        super(message);
        outOfMemory = false;
    }

    /// A failure because of another, out of memory if that was.
    public TensorException(String message, Throwable cause) {
        this(message, cause, cause instanceof TensorException tensor && tensor.outOfMemory);
    }

    private TensorException(String message, Throwable cause, boolean outOfMemory) {
        super(message, cause);
        this.outOfMemory = outOfMemory;
    }

    /// Whether there was not enough memory: the same with less may succeed.
    public boolean isOutOfMemory() {
        return outOfMemory;
    }

    /// The engine's failure in our words. Closed operands are told apart from the rest, since asking a closed
    /// tensor for its shape would fail again.
    static RuntimeException translate(String operation, RuntimeException failure, Tensor... operands) {
        if (Arrays.stream(operands).anyMatch(Tensor::isClosed)) {
            return new TensorException(
                    operation + ": a tensor is used after its Lifetime closed; keep it with Lifetime.keep(tensor)",
                    failure);
        }
        String inputs = operands.length == 0
                ? ""
                : Arrays.stream(operands).map(Tensor::toString).collect(Collectors.joining(", ", "(", ")"));
        String reason = firstLine(failure.getMessage());
        if (reason.contains("not enough memory") || reason.contains("out of memory") || reason.contains("alloc")) {
            return new TensorException(
                    operation + inputs + ": out of memory (" + reason
                            + "); use a smaller model, a smaller batch or a shorter sequence",
                    failure,
                    true);
        }
        return new TensorException(operation + inputs + ": " + reason, failure);
    }

    private static String firstLine(@org.jspecify.annotations.Nullable String text) {
        if (text == null) {
            return "the engine gave no reason";
        }
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        int start = line.startsWith("[enforce fail") ? line.indexOf("DefaultCPUAllocator") : -1;
        return start < 0 ? line : line.substring(start);
    }
}
