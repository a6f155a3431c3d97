package io.attend.model;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.architecture.Topology;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.embedding.Input;
import io.attend.layer.Context;
import io.attend.layer.Initializer;
import io.attend.layer.Linear;
import io.attend.layer.Memory;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.state.Cache;
import io.attend.state.GrowingCache;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The one model: any [Architecture] with numbers in it.
///
/// Its weights never change while it is used, so any number of threads may share it; what changes from step to
/// step is held by a [Session]. A model outlives every [Lifetime] and is freed by [#close].
public final class Transformer implements AutoCloseable {
    private static final long COPIED = 256L << 20;

    private final Architecture architecture;
    private final Parameters parameters;
    private final Architecture.Built built;

    private Transformer(Architecture architecture, Function<Parameter, Tensor> numbers) {
        this.architecture = architecture;
        this.parameters = Parameters.root();
        this.built = architecture.build(parameters);
        try (Lifetime _ = Lifetime.open()) {
            for (Parameter parameter : parameters.all()) {
                fill(parameter, numbers);
            }
        } catch (RuntimeException e) {
            parameters.close();
            throw e;
        }
    }

    private Transformer(Architecture architecture, Parameters parameters, Architecture.Built built) {
        this.architecture = architecture;
        this.parameters = parameters;
        this.built = built;
    }

    private static void fill(Parameter parameter, Function<Parameter, Tensor> numbers) {
        try {
            parameter.fill(numbers.apply(parameter));
        } catch (TensorException e) {
            throw new TensorException(parameter + ": " + e.getMessage(), e);
        }
    }

    /// A model with the weights an untrained one starts with, equal for equal seeds.
    public static Transformer initialize(Architecture architecture, Device device, long seed) {
        try (Random random = Random.seeded(seed)) {
            return new Transformer(
                    architecture,
                    p -> (p.kind() == Parameter.Kind.WEIGHT && !(p.initializer() instanceof Initializer.Meant)
                                    ? architecture.initialization().of(p, architecture)
                                    : p.initializer())
                            .make(p.shape(), random)
                            .to(device));
        }
    }

    public static Transformer initialize(Architecture architecture, long seed) {
        return initialize(architecture, Device.CPU, seed);
    }

    /// The parameters of an architecture: names and shapes, without memory or native code.
    public static List<Parameter> parameters(Architecture architecture) {
        Parameters recorded = Parameters.root();
        architecture.build(recorded);
        return recorded.all();
    }

    /// A model with the weights of a checkpoint. Up to 256 MB are copied into memory; larger checkpoints stay
    /// mapped from their files, whose pages load as they are touched. A mapped file may be replaced by renaming
    /// another over it, but must not be cut short or written over: the operating system then ends any process
    /// that reads it.
    ///
    /// @throws CheckpointException listing every tensor that is missing, left over or of another shape
    public static Transformer load(Architecture architecture, Checkpoint checkpoint, Device device) {
        Map<String, Entry> entries = checkpoint.entries();
        checkComplete(architecture, checkpoint);
        return filled(architecture, device, checkpoint.bytes(), p -> {
            Entry entry = Objects.requireNonNull(entries.get(p.name()));
            return Tensor.over(checkpoint.data(p.name()), entry.dtype(), entry.shape());
        });
    }

    /// A model whose weights somebody else finds, one after the other, as a checkpoint with other names has
    /// them.
    ///
    /// @param bytes how large they are in all: up to 256 MB are copied, more stay where they are
    /// @param weights the numbers of a parameter, which may be mapped from a file
    public static Transformer filled(
            Architecture architecture, Device device, long bytes, Function<Parameter, Tensor> weights) {
        return new Transformer(architecture, p -> {
            if (p.kind() == Parameter.Kind.FIXED) {
                try (Random random = Random.seeded(0)) {
                    return p.initializer().make(p.shape(), random).to(device);
                }
            }
            try (Lifetime passing = Lifetime.open()) {
                Tensor found = weights.apply(p).to(device).contiguous();
                return passing.keep(bytes <= COPIED ? found.clone() : found);
            }
        });
    }

    private static void checkComplete(Architecture architecture, Checkpoint checkpoint) {
        Map<String, Entry> entries = checkpoint.entries();
        List<String> problems = new ArrayList<>();
        Set<String> unused = new LinkedHashSet<>(entries.keySet());
        for (Parameter parameter : parameters(architecture)) {
            Entry entry = entries.get(parameter.name());
            if (parameter.kind() == Parameter.Kind.FIXED) {
                continue;
            } else if (entry == null) {
                problems.add(parameter.name() + " is missing");
            } else if (!entry.shape().equals(parameter.shape())) {
                problems.add(parameter.name() + " is " + entry.shape() + ", but the architecture wants "
                        + parameter.shape());
            } else if (!entry.dtype().isFloating()) {
                problems.add(parameter.name() + " is " + entry.dtype() + ", but weights are floating-point");
            }
            unused.remove(parameter.name());
        }
        unused.forEach(name -> problems.add(name + " has no place in the architecture"));
        if (!problems.isEmpty()) {
            String shown = String.join("; ", problems.subList(0, Math.min(5, problems.size())));
            throw new CheckpointException(
                    checkpoint.path(),
                    "the weights do not fit the architecture: " + shown
                            + (problems.size() > 5 ? "; and " + (problems.size() - 5) + " more" : "")
                            + ". Use the architecture.json the weights were saved with");
        }
    }

    public Architecture architecture() {
        return architecture;
    }

    /// The model that is trained beside this one, if there is one. It has its own part of this one's
    /// parameters, and is freed with it.
    public Optional<Transformer> partner() {
        return built.partner()
                .map(other -> new Transformer(architecture.partner().orElseThrow(), parameters, other));
    }

    /// Every parameter with its numbers, in the order of building.
    public List<Parameter> parameters() {
        return parameters.all();
    }

    /// The parameters that are learned.
    public List<Parameter> weights() {
        return parameters.all().stream()
                .filter(p -> p.kind() == Parameter.Kind.WEIGHT)
                .toList();
    }

    /// The parameters that a checkpoint holds: those that are learned, and what was measured while they were.
    public List<Parameter> saved() {
        return parameters.all().stream().filter(p -> p.kind().isSaved()).toList();
    }

    /// Every matrix product by its path.
    public Map<String, Linear> linears() {
        return parameters.linears();
    }

    /// The whole forward pass: scores [B, T, V] for language models, whatever the head gives for others.
    public Tensor forward(Inputs inputs, Context context) {
        return built.head().forward(built.topology().forward(inputs, context), written(inputs, context));
    }

    /// The last vectors, which the head makes its output of: [B, T, E], T the target's length where there is
    /// one.
    public Tensor vectors(Inputs inputs, Context context) {
        return built.topology().forward(inputs, context);
    }

    /// The head's main output for vectors it judges one by one, such as scores of words [B, T, V].
    public Tensor scores(Tensor vectors, Context context) {
        return built.head().forward(vectors, context);
    }

    /// What an encoder-decoder's encoder makes of a source, [B, S, E]; nothing in other models.
    public Optional<Tensor> read(Input source, Context context) {
        return built.topology().read(source, context).map(Memory::values);
    }

    /// The mean loss of a batch, a single number, as the head counts it; see `Head.Built.loss`.
    public Tensor loss(Inputs inputs, Tensor answers, double smoothing, Context context) {
        return built.head()
                .loss(built.topology().forward(inputs, context), answers, smoothing, written(inputs, context));
    }

    /// The mean loss of vectors the head judges one by one, such as those of the words that were hidden and no
    /// others.
    ///
    /// @param vectors [B, T, E]
    /// @param answers [B, T]
    public Tensor loss(Tensor vectors, Tensor answers, double smoothing, Context context) {
        return built.head().loss(vectors, answers, smoothing, context);
    }

    /// Everything the head gives, by name.
    public Map<String, Tensor> outputs(Inputs inputs, Context context) {
        return built.head().outputs(built.topology().forward(inputs, context), written(inputs, context));
    }

    /// What a head sees of a pass: the padding of the side that has the last vectors, and the words that were
    /// given. A decoder that judges a text reads it one place later, as BART's does, so words stand where they
    /// do in the source.
    private Context written(Inputs inputs, Context context) {
        return built.topology()
                .left(Topology.given(inputs.target().orElse(inputs.source()), context)
                        .worded(inputs.source().words()));
    }

    /// Starts writing: for an encoder-decoder behind a source that is read first, for a decoder behind nothing.
    ///
    /// @throws IllegalArgumentException if the model cannot write, or the source is missing or one too many
    public Session session(Optional<Input> source) {
        return session(source, Remembering.STATES);
    }

    /// The same, remembering in another way.
    public Session session(Optional<Input> source, Remembering remembering) {
        return session(source, remembering, GrowingCache.EXAMPLE);
    }

    /// The same with keys and values kept in another way; where only tokens are remembered there are none.
    public Session session(Optional<Input> source, Remembering remembering, Cache cache) {
        if (!architecture.topology().generates()) {
            throw new IllegalArgumentException("this model is an encoder: it reads but cannot write");
        }
        if (!architecture.head().writes()) {
            throw new IllegalArgumentException("this model's "
                    + architecture.head().getClass().getSimpleName()
                    + " says something of a whole text and cannot write one; give it a TiedHead or a LinearHead");
        }
        boolean reads = architecture.topology().reads();
        if (reads != source.isPresent()) {
            throw new IllegalArgumentException(
                    reads
                            ? "this model writes about a source, and there is none"
                            : "this model writes without a source");
        }
        return new Session(built, source, remembering, cache);
    }

    @Override
    public void close() {
        parameters.close();
    }
}
