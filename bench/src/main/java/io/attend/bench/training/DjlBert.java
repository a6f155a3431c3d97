package io.attend.bench.training;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertMaskedLanguageModelBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.PairList;

/// BERT of DJL's own blocks.
final class DjlBert implements Throughput.Trained {
    private final Model model;
    private final Trainer trainer;
    private final Loss loss = Loss.softmaxCrossEntropyLoss("loss", 1, -1, true, false);
    private final NDArray ids;
    private final NDArray positions;
    private final NDArray types;
    private final NDArray mask;

    DjlBert(Shape shape, int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        model = Model.newInstance("bert", "PyTorch");
        BertBlock bert = BertBlock.builder()
                .base()
                .setTokenDictionarySize(Shape.VOCABULARY)
                .optMaxSequenceLength(shape.length()) // its block adds all its positions
                .optHiddenDropoutProbability((float) Shape.DROPOUT)
                .build();
        model.setBlock(new Masked(bert));
        trainer = model.newTrainer(new DefaultTrainingConfig(loss)
                .optOptimizer(Optimizer.adamW()
                        .optLearningRateTracker(Tracker.fixed((float) Shape.RATE))
                        .build()));
        NDManager manager = trainer.getManager();
        ids = manager.create(shape.ids(), new ai.djl.ndarray.types.Shape(shape.batch(), shape.length()));
        positions = manager.arange(0, shape.length(), 1, DataType.INT64)
                .expandDims(0)
                .repeat(0, shape.batch());
        types = ids.zerosLike();
        mask = ids.onesLike();
        trainer.initialize(ids.getShape(), ids.getShape(), ids.getShape(), ids.getShape());
    }

    @Override
    public double step() {
        float value;
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDList given = trainer.forward(new NDList(ids, types, mask, positions));
            NDArray one = loss.evaluate(new NDList(ids.reshape(-1)), given);
            value = one.getFloat();
            collector.backward(one);
            given.close();
        }
        trainer.step();
        return value;
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }

    /// A BERT with its head for words, asked at every position.
    private static final class Masked extends AbstractBlock {
        private final BertBlock bert;
        private final BertMaskedLanguageModelBlock head;

        Masked(BertBlock bert) {
            this.bert = addChildBlock("bert", bert);
            this.head = addChildBlock("head", new BertMaskedLanguageModelBlock(bert, Activation::gelu));
        }

        @Override
        public void initializeChildBlocks(NDManager manager, DataType type, ai.djl.ndarray.types.Shape... shapes) {
            ai.djl.ndarray.types.Shape ids = shapes[0];
            bert.initialize(manager, type, ids, ids, ids);
            head.initialize(
                    manager,
                    type,
                    new ai.djl.ndarray.types.Shape(ids.get(0), ids.get(1), Shape.WIDTH),
                    ids,
                    new ai.djl.ndarray.types.Shape(Shape.VOCABULARY, Shape.WIDTH));
        }

        @Override
        public ai.djl.ndarray.types.Shape[] getOutputShapes(ai.djl.ndarray.types.Shape[] shapes) {
            return new ai.djl.ndarray.types.Shape[] {new ai.djl.ndarray.types.Shape(shapes[0].size(), Shape.VOCABULARY)
            };
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
            NDList vectors = bert.forward(store, inputs.subNDList(0, 3), training); // ids, types, mask
            NDArray table =
                    bert.getTokenEmbedding().getValue(store, inputs.head().getDevice(), training);
            return head.forward(store, new NDList(vectors.head(), inputs.get(3), table), training);
        }
    }
}
