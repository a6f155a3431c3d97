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
    private final Usage usage;

    Watched(Usage usage) {
        this.usage = usage;
    }

    @Override
    public void see(Place place, String what, Tensor tensor) {
        String path = place.toString();
        String stack = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
        Usage.Maps maps = usage.extras().maps();
        if (what.equals("branch") && maps != Usage.Maps.BRANCHES
                || what.equals("scores") && maps != Usage.Maps.SCORES) {
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
    /// leaves the stack behind its last norm; or as the class shows them.
    Optional<Tensor> hidden(String stack, int index) {
        List<Tensor> blocks = hidden.getOrDefault(stack, List.of());
        Usage.Layers layers = usage.extras().layers();
        if (index == 0 && layers.embedded()) {
            return Optional.ofNullable(embeddings.get(stack));
        }
        int block = (layers.embedded() ? index : index + 1) * usage.depth(); // how many came before
        int last = blocks.size() + (layers.embedded() ? 0 : usage.depth());
        if (block == blocks.size() && !blocks.isEmpty() && outputs.containsKey(stack)) {
            Tensor second = blocks.getLast();
            if (outputs.get(stack).size(-1)
                    == 2 * second.size(-1)) { // of two streams one is shown, before the last norm
                return Optional.of(second);
            }
        }
        if (block >= last) {
            return block == last ? Optional.ofNullable(outputs.get(stack)) : Optional.empty();
        }
        Tensor shown = blocks.get(block - 1);
        return Optional.of(
                layers.halving() > 0 ? shown.mul(Math.pow(0.5, Math.floorDiv(block, layers.halving()))) : shown);
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

    /// What a branch of a block added to the stream.
    Optional<Tensor> branch(String stack, int block, String branch) {
        Optional<Tensor> added = map(stack, block, branch, "branch");
        int halving = usage.extras().layers().halving();
        return halving > 0 ? added.map(y -> y.mul(Math.pow(0.5, Math.floorDiv(block, halving)))) : added;
    }

    /// What the attention of a block takes along to the next segment.
    Optional<Tensor> memory(String stack, int block) {
        return map(stack, block, "attention", "memory");
    }

    /// What a branch showed beside its map.
    Optional<Tensor> shown(String stack, int block, String branch, String what) {
        return map(stack, block, branch, what);
    }

    private Optional<Tensor> map(String stack, int block, String branch, String what) {
        return Optional.ofNullable(attention.get(stack + "." + block + "." + branch + "." + what));
    }
}
