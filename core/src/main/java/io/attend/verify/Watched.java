package io.attend.verify;

import io.attend.huggingface.Usage;
import io.attend.layer.Observer;
import io.attend.layer.Place;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What flowed through a model in one pass: hidden states and attention maps of each stack.
final class Watched implements Observer {
    private final Lifetime home = Lifetime.current();
    private final Map<String, Tensor> embeddings = new LinkedHashMap<>();
    private final Map<String, List<Tensor>> hidden = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Map<String, Tensor> attention = new LinkedHashMap<>();
    private final Usage.Maps maps;

    Watched(Usage.Maps maps) {
        this.maps = maps;
    }

    @Override
    public void see(Place place, String what, Tensor tensor) {
        String path = place.toString();
        String stack = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
        if (what.equals("branch") || what.equals("scores") && maps == Usage.Maps.WEIGHTS) {
            return;
        }
        Tensor kept = home.adopt(tensor.detach());
        switch (what) {
            case "embedding" -> embeddings.put(stack, kept);
            case "hidden" ->
                hidden.computeIfAbsent(stack, _ -> new ArrayList<>()).add(kept);
            case "output", "narrowed" -> outputs.put(stack, kept); // the latter behind the former
            default -> attention.put(path + "." + what, kept);
        }
    }

    /// Hugging Face's `hidden_states` of a stack: what enters it, what each layer but the last leaves, and what
    /// leaves the stack behind its last norm.
    ///
    /// @param depth blocks a layer
    Optional<Tensor> hidden(String stack, int index, int depth) {
        List<Tensor> blocks = hidden.getOrDefault(stack, List.of());
        if (index == 0) {
            return Optional.ofNullable(embeddings.get(stack));
        }
        int block = index * depth;
        return block < blocks.size()
                ? Optional.of(blocks.get(block - 1))
                : block == blocks.size() ? Optional.ofNullable(outputs.get(stack)) : Optional.empty();
    }

    Optional<Tensor> output(String stack) {
        return Optional.ofNullable(outputs.get(stack));
    }

    /// The attention map of a branch, `attention` or `cross`, of a block, or of a stream of it.
    Optional<Tensor> attention(String stack, int block, String branch) {
        return map(stack, block, branch, "attention");
    }

    /// The scores behind that map, before their softmax.
    Optional<Tensor> scores(String stack, int block, String branch) {
        return map(stack, block, branch, "scores");
    }

    /// What a branch showed beside its map.
    Optional<Tensor> shown(String stack, int block, String branch, String what) {
        return map(stack, block, branch, what);
    }

    private Optional<Tensor> map(String stack, int block, String branch, String what) {
        return Optional.ofNullable(attention.get(stack + "." + block + "." + branch + "." + what));
    }
}
