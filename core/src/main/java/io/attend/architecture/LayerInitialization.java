package io.attend.architecture;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.value.Source;

/// Every layer's own choice, which its page states: Glorot's uniform for products, normal for tables, as the
/// 2017 Transformer's code has it.
@Source(
        paper = "Understanding the difficulty of training deep feedforward neural networks",
        reference = "Glorot and Bengio, AISTATS 2010")
public record LayerInitialization() implements Initialization {
    public static final LayerInitialization EXAMPLE = new LayerInitialization();

    @Override
    public Initializer of(Parameter parameter, Architecture architecture) {
        return parameter.initializer();
    }
}
