package io.attend.training;

import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.model.Transformer;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What stands in a run's checkpoints: `model.safetensors` with the weights, as a finished run's, and
/// `optimizer.safetensors` with all else that a step depends on.
final class Saved {
    private static final String MODEL = "model.safetensors";
    private static final String STATE = "optimizer.safetensors";

    /// Before the name of a weight as it was trained, where `model.safetensors` has averages.
    static final String RAW = "raw.";

    private Saved() {}

    static Map<String, Tensor> numbers(Transformer model) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.saved().forEach(parameter -> tensors.put(parameter.name(), parameter.tensor()));
        return tensors;
    }

    static void write(RunFolder folder, long step, Map<String, Tensor> weights, Map<String, Tensor> state) {
        folder.save(step, place -> {
            TensorFile.write(place.resolve(MODEL), weights);
            TensorFile.write(place.resolve(STATE), state);
        });
    }

    /// Gives the model the weights of a checkpoint.
    ///
    /// @return all else that was saved
    static Map<String, Tensor> read(RunFolder.Step saved, Transformer model) {
        mean(List.of(saved), model);
        return TensorFile.read(saved.folder().resolve(STATE));
    }

    /// Takes the weights as they were trained out of what was saved, if the model got averages.
    ///
    /// @return by the tensor of the model that they belong in
    static Map<Tensor, Tensor> separated(Map<String, Tensor> state, Transformer model) {
        Map<Tensor, Tensor> raw = new LinkedHashMap<>();
        numbers(model).forEach((name, tensor) -> {
            Tensor trained = state.remove(RAW + name);
            if (trained != null) {
                raw.put(tensor, trained);
            }
        });
        return raw;
    }

    /// Takes what must be there out of what was saved.
    static Tensor taken(Map<String, Tensor> state, String name, RunFolder.Step saved) {
        Tensor tensor = state.remove(name);
        if (tensor == null) {
            throw new TrainingException(saved.folder().resolve(STATE) + " has no " + name
                    + "; delete this checkpoint to resume from the one before");
        }
        return tensor;
    }

    /// Gives the model the mean of the weights of checkpoints; of one, its very bits.
    static void mean(List<RunFolder.Step> steps, Transformer model) {
        boolean first = true;
        for (RunFolder.Step saved : steps) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open();
                    Transformer stored =
                            Transformer.load(model.architecture(), Checkpoint.open(saved.folder()), Device.CPU)) {
                Map<String, Tensor> from = numbers(stored);
                for (Map.Entry<String, Tensor> to : numbers(model).entrySet()) {
                    Tensor numbers = from.get(to.getKey());
                    if (first) {
                        to.getValue().copy_(numbers);
                    } else {
                        to.getValue().add_(numbers);
                    }
                }
            }
            first = false;
        }
        if (steps.size() > 1) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                numbers(model).values().forEach(sum -> sum.mul_(1.0 / steps.size()));
            }
        }
    }
}
