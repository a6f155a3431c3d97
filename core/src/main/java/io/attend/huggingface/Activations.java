package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.ClippedGelu;
import io.attend.activation.Gelu;
import io.attend.activation.GeluTanh;
import io.attend.activation.Identity;
import io.attend.activation.Laplace;
import io.attend.activation.LeakyRelu;
import io.attend.activation.Mish;
import io.attend.activation.QuickGelu;
import io.attend.activation.Relu;
import io.attend.activation.Relu6;
import io.attend.activation.Sigmoid;
import io.attend.activation.Silu;
import io.attend.activation.SquaredRelu;
import io.attend.activation.Tanh;
import java.util.LinkedHashMap;
import java.util.Map;

/// Activations by the names Hugging Face has for them. The first name of each is the one that is written.
final class Activations {
    static final Map<String, Activation> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("gelu", new Gelu());
        KNOWN.put("gelu_python", new Gelu());
        KNOWN.put("gelu_new", new GeluTanh());
        KNOWN.put("gelu_pytorch_tanh", new GeluTanh());
        KNOWN.put("gelu_fast", new GeluTanh());
        KNOWN.put("gelu_accurate", new GeluTanh());
        KNOWN.put("gelu_python_tanh", new GeluTanh());
        KNOWN.put("gelu_10", new ClippedGelu(10));
        KNOWN.put("quick_gelu", new QuickGelu());
        KNOWN.put("relu", new Relu());
        KNOWN.put("relu2", new SquaredRelu());
        KNOWN.put("relu6", new Relu6());
        KNOWN.put("leaky_relu", new LeakyRelu(0.01));
        KNOWN.put("silu", new Silu());
        KNOWN.put("swish", new Silu());
        KNOWN.put("tanh", new Tanh());
        KNOWN.put("sigmoid", new Sigmoid());
        KNOWN.put("mish", new Mish());
        KNOWN.put("laplace", new Laplace());
        KNOWN.put("linear", new Identity());
    }

    private Activations() {}

    /// The name to write, or a name nobody has, which reading then refuses.
    static String name(Activation activation) {
        return KNOWN.entrySet().stream()
                .filter(entry -> entry.getValue().equals(activation))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(activation.getClass().getSimpleName());
    }
}
