package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Gelu;
import io.attend.activation.GeluTanh;
import io.attend.activation.Identity;
import io.attend.activation.Relu;
import io.attend.activation.Silu;
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
        KNOWN.put("relu", new Relu());
        KNOWN.put("silu", new Silu());
        KNOWN.put("swish", new Silu());
        KNOWN.put("tanh", new Tanh());
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
