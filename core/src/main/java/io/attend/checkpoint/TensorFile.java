package io.attend.checkpoint;

import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Tensors by name in a safetensors file.
public final class TensorFile {
    private TensorFile() {}

    /// Writes the tensors, whole and at once or not at all.
    public static void write(Path target, Map<String, Tensor> tensors) {
        List<Item> items = tensors.entrySet().stream()
                .map(e -> Item.of(
                        e.getKey(),
                        e.getValue().dtype(),
                        e.getValue().shape(),
                        e.getValue().contiguous().memory()))
                .toList();
        SafetensorsWriter.write(target, Map.of("format", "pt"), items);
    }

    /// Reads every tensor of the file into memory.
    public static Map<String, Tensor> read(Path file) {
        Safetensors stored = Safetensors.open(file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        stored.entries()
                .forEach((name, entry) ->
                        tensors.put(name, Tensor.copied(stored.data(name), entry.dtype(), entry.shape())));
        return tensors;
    }
}
