package io.attend.huggingface;

import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// A folder with `model.safetensors` or its shards: tensors are handed out where they are mapped, in the type
/// they have.
final class StoredFolder implements Stored {
    private final Checkpoint checkpoint;

    StoredFolder(Path folder) {
        this.checkpoint = Checkpoint.open(folder);
    }

    static boolean hasWeights(Path folder) {
        return Files.exists(folder.resolve("model.safetensors"))
                || Files.exists(folder.resolve("model.safetensors.index.json"));
    }

    @Override
    public Path path() {
        return checkpoint.path();
    }

    @Override
    public String source() {
        return "config.json";
    }

    @Override
    public Map<String, Form> forms() {
        Map<String, Form> forms = new LinkedHashMap<>();
        checkpoint.entries().forEach((name, entry) -> forms.put(name, new Form(entry.dtype(), entry.shape())));
        return forms;
    }

    @Override
    public Tensor tensor(String name) {
        Entry entry = Objects.requireNonNull(checkpoint.entries().get(name));
        return Tensor.over(checkpoint.data(name), entry.dtype(), entry.shape());
    }

    @Override
    public boolean areEqual(String name, String other) {
        return checkpoint.data(name).mismatch(checkpoint.data(other)) == -1;
    }

    @Override
    public void prefetch(String name) {
        checkpoint.prefetch(name);
    }

    @Override
    public void release(String name) {
        checkpoint.release(name);
    }
}
