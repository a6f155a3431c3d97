package io.attend.head;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.tensor.Tensor;
import java.util.Map;

/// A head whose output the field calls by another name.
record Named(Head.Built head, String output) implements Head.Built {
    @Override
    public Tensor forward(Tensor x, Context context) {
        return head.forward(x, context);
    }

    @Override
    public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
        return head.loss(x, answers, smoothing, context);
    }

    @Override
    public Map<String, Tensor> outputs(Tensor x, Context context) {
        return Map.of(output, forward(x, context));
    }

    @Override
    public Cost cost(Load load) {
        return head.cost(load);
    }
}
