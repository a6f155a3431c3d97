package io.attend.huggingface;

import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.GgufFile;
import io.attend.checkpoint.gguf.GgufModel;
import io.attend.checkpoint.gguf.Quantized;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// A GGUF file: every tensor is handed out in the one narrowest type that holds all of them exactly, bfloat16
/// or float32. (A file mixes types, its vectors being float32; a model does not.) Those that have it already
/// stay mapped; quantised blocks are expanded.
final class StoredGguf implements Stored {
    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final GgufModel model;
    private final DType dtype;

    StoredGguf(Path file) {
        this.model = GgufModel.open(file);
        boolean narrow = model.file().entries().values().stream().anyMatch(entry -> entry.format() instanceof Bf16)
                && model.file().entries().values().stream().allMatch(this::fitsBfloat16);
        this.dtype = narrow ? DType.BFLOAT16 : DType.FLOAT32;
    }

    private boolean fitsBfloat16(GgufFile.Entry entry) {
        if (!(entry.format() instanceof F32)) {
            return entry.format() instanceof Bf16;
        }
        MemorySegment blocks = model.file().tensor(entry.name()).blocks();
        for (long at = 0; at < blocks.byteSize(); at += Float.BYTES) {
            if ((blocks.get(BITS, at) & 0xffff) != 0) {
                return false;
            }
        }
        return true;
    }

    Config config() {
        return Config.parse(path(), model.config().toString());
    }

    GgufModel model() {
        return model;
    }

    @Override
    public Path path() {
        return model.file().path();
    }

    @Override
    public String source() {
        return "its metadata";
    }

    @Override
    public Map<String, Form> forms() {
        Map<String, Form> forms = new LinkedHashMap<>();
        model.shapes().forEach((name, shape) -> forms.put(name, new Form(dtype, shape)));
        return forms;
    }

    @Override
    public Tensor tensor(String name) {
        Quantized quantized = model.tensor(name);
        boolean asIs = quantized.blocks().isNative()
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                && (dtype == DType.FLOAT32 ? quantized.format() instanceof F32 : quantized.format() instanceof Bf16);
        if (asIs) {
            return Tensor.over(quantized.blocks(), dtype, quantized.shape());
        }
        Tensor expanded = quantized.tensor().to(dtype);
        model.release(name);
        return expanded;
    }

    @Override
    public boolean areEqual(String name, String other) {
        return model.tensor(name).blocks().mismatch(model.tensor(other).blocks()) == -1;
    }

    @Override
    public void prefetch(String name) {} // whatever has to be copied is when it is asked for

    @Override
    public void release(String name) {
        model.release(name);
    }
}
