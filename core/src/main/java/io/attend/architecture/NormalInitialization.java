package io.attend.architecture;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.value.Default;
import io.attend.value.Source;

/// All matrices and tables normal with one deviation, as GPT-2 and BERT have it; vectors (norms, biases) start
/// as their layers say.
///
///     W ~ N(0, deviation²)        of products that end a branch: N(0, deviation² / N) if `branches` is
///     `shrunk`
///
/// N is the number of branches that add to the stream, so that its variance does not grow with depth. Names:
/// our `deviation` is Hugging Face's `initializer_range`.
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record NormalInitialization(
        @Default("0.02") double deviation,
        @Default("\"shrunk\"") Branches branches) implements Initialization {
    public static final NormalInitialization EXAMPLE = new NormalInitialization(0.02, Branches.SHRUNK);

    /// How the products that end a branch start.
    public enum Branches {
        /// Smaller the more branches there are.
        SHRUNK,
        /// Like all others.
        ALIKE
    }

    public NormalInitialization {
        if (!(deviation > 0 && deviation < 10)) {
            throw new IllegalArgumentException("deviation " + deviation + " is outside (0, 10); the usual one is 0.02");
        }
    }

    @Override
    public Initializer of(Parameter parameter, Architecture architecture) {
        if (parameter.shape().rank() < 2) {
            return parameter.initializer();
        }
        String name = parameter.name();
        boolean ends = name.endsWith(".output.weight") || name.endsWith(".outer.weight");
        return Initializer.normal(
                ends && branches == Branches.SHRUNK ? deviation / Math.sqrt(count(architecture, name)) : deviation);
    }

    /// The branches of the stack the parameter belongs to.
    private static long count(Architecture architecture, String name) {
        return architecture.topology().stacks().entrySet().stream()
                .filter(stack -> name.startsWith(stack.getKey() + "."))
                .mapToLong(stack -> stack.getValue().unrolled().stream()
                        .mapToLong(block -> block.sublayers().size())
                        .sum())
                .findFirst()
                .orElse(1);
    }
}
