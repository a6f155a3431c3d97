package io.attend.bench.training;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DropoutImpl;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LayerNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.TransformerEncoderImpl;
import org.bytedeco.pytorch.TransformerEncoderLayerOptions;
import org.bytedeco.pytorch.TransformerEncoderOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kGELU;

/// BERT of libtorch's own modules, as a programmer of it would put them together.
final class LibtorchBert implements Throughput.Trained {
    private final PointerScope scope = new PointerScope();
    private final TransformerEncoderImpl encoder;
    private final EmbeddingImpl words = new EmbeddingImpl(Shape.VOCABULARY, Shape.WIDTH);
    private final EmbeddingImpl positions = new EmbeddingImpl(Shape.POSITIONS, Shape.WIDTH);
    private final LayerNormImpl embedded =
            new LayerNormImpl(new LayerNormOptions(new LongVector(new long[] {Shape.WIDTH})));
    private final DropoutImpl dropout = new DropoutImpl(Shape.DROPOUT);
    private final LinearImpl dense = new LinearImpl(Shape.WIDTH, Shape.WIDTH);
    private final LayerNormImpl normed =
            new LayerNormImpl(new LayerNormOptions(new LongVector(new long[] {Shape.WIDTH})));
    private final Tensor bias;
    private final TensorVector weights = new TensorVector();
    private final AdamW optimizer;
    private final Tensor ids;
    private final Tensor places;

    LibtorchBert(Shape shape, int threads) {
        io.attend.tensor.Threads.use(threads);
        TransformerEncoderLayerOptions layer = new TransformerEncoderLayerOptions(Shape.WIDTH, Shape.HEADS);
        layer.dim_feedforward().put(4L * Shape.WIDTH);
        layer.dropout().put(Shape.DROPOUT);
        layer.activation().put(new kGELU());
        encoder = new TransformerEncoderImpl(new TransformerEncoderOptions(layer, Shape.LAYERS));
        bias = torch.zeros(new long[] {Shape.VOCABULARY}).set_requires_grad(true);
        for (Module module : new Module[] {encoder, words, positions, embedded, dense, normed}) {
            module.train(true);
            TensorVector own = module.parameters();
            for (long i = 0; i < own.size(); i++) {
                weights.push_back(own.get(i));
            }
        }
        weights.push_back(bias);
        AdamWOptions options = new AdamWOptions(Shape.RATE);
        optimizer = new AdamW(weights, options);
        ids = torch.tensor(shape.ids())
                .reshape(shape.batch(), shape.length())
                .t()
                .contiguous(); // [T, B]
        places = torch.arange(new org.bytedeco.pytorch.Scalar((long) shape.length()))
                .to(torch.ScalarType.Long)
                .unsqueeze(1); // [T, 1]
    }

    @Override
    public double step() {
        try (PointerScope _ = new PointerScope()) {
            Tensor x = dropout.forward(embedded.forward(words.forward(ids).add(positions.forward(places))));
            Tensor guess = normed.forward(torch.gelu(dense.forward(encoder.forward(x))));
            Tensor scores = torch.linear(guess, words.weight(), new org.bytedeco.pytorch.TensorOptional(bias));
            Tensor loss = torch.cross_entropy_loss(scores.reshape(-1, Shape.VOCABULARY), ids.reshape(-1));
            double value = loss.item_double();
            loss.backward();
            torch.clip_grad_norm_(weights, 1);
            optimizer.step();
            optimizer.zero_grad();
            return value;
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
