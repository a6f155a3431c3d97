package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.head.Head;
import io.attend.huggingface.Pretrained;
import io.attend.layer.Parameter;
import io.attend.model.RunModel;
import io.attend.model.Transformer;
import io.attend.objective.Needs;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// A model that has been trained before, with its weights: a run folder, one of Hugging Face's, or a GGUF file.
///
/// Where the objective asks for another head, such as one for classes, the model gets it in place of its own,
/// untrained; all else begins with the numbers of the folder, in float32. The tokens must be the folder's too:
///
///     model:
///       type: Trained
///       path: bert-base-uncased
///     words:
///       type: GivenWords
///       path: bert-base-uncased
@Source(paper = "Universal Language Model Fine-tuning for Text Classification", arxiv = "1801.06146")
public record Trained(String path) implements Blueprint {
    public static final Trained EXAMPLE = new Trained("runs/shakespeare");

    @Override
    public Architecture architecture(Needs needs) {
        Path folder = Path.of(path);
        Architecture trained = Pretrained.isOne(folder)
                ? Pretrained.describe(folder).architecture()
                : RunModel.architecture(RunFolder.open(folder).architecture());
        Head head = needs.head().orElse(trained.head());
        return new Architecture(trained.width(), trained.topology(), head).initialized(trained.initialization());
    }

    /// Every parameter that the trained model has, where it has the same shape.
    @Override
    public void begin(Transformer model) {
        Path folder = Path.of(path);
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Transformer trained = Pretrained.isOne(folder)
                        ? Pretrained.load(folder).model()
                        : RunModel.load(RunFolder.open(folder))) {
            Map<String, Tensor> numbers = new HashMap<>();
            trained.saved().forEach(parameter -> numbers.put(parameter.name(), parameter.tensor()));
            for (Parameter parameter : model.saved()) {
                Tensor from = numbers.get(parameter.name());
                boolean own = parameter.name().startsWith("head.");
                if (from != null && from.shape().equals(parameter.shape())) {
                    parameter.tensor().copy_(from.to(DType.FLOAT32));
                } else if (!own) {
                    throw new CheckpointException(folder, "has no " + parameter.name() + " " + parameter.shape());
                }
            }
        }
    }
}
