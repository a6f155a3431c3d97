package io.attend.verify;

import io.attend.checkpoint.Safetensors;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The tensors `in.*` of a file of expectations. Remembers which were asked for, since one that nobody reads
/// may have changed what is expected.
final class Inputs {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Set<String> read = new HashSet<>();

    Inputs(Safetensors file) {
        for (Entry entry : file.entries().values()) {
            if (entry.name().startsWith("in.")) {
                tensors.put(
                        entry.name().substring("in.".length()),
                        Tensor.copied(file.data(entry.name()), entry.dtype(), entry.shape()));
            }
        }
    }

    Optional<Tensor> find(String name) {
        read.add(name);
        return Optional.ofNullable(tensors.get(name));
    }

    Tensor require(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("the file of expectations has no in." + name));
    }

    /// A mask of zeros and ones as truth values, if there is one and it hides something.
    Optional<Tensor> mask(String name) {
        return find(name).map(mask -> mask.ne(0));
    }

    /// Inputs nobody asked for, labels apart: those change nothing but a loss that may not be expected.
    Set<String> unread() {
        Set<String> rest = new TreeSet<>(tensors.keySet());
        rest.removeAll(read);
        rest.remove("labels");
        return rest;
    }
}
