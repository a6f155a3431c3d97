package io.attend.layer;

import io.attend.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Records the parameters of a model while it is built: every layer asks for its own by name, below the path it
/// was given. Recording takes no memory and no native code.
public final class Parameters {
    private final String path;
    private final Map<String, Parameter> all;
    private final Map<String, Linear> linears;
    private final Scope scope;

    private Parameters(String path, Map<String, Parameter> all, Map<String, Linear> linears, Scope scope) {
        this.path = path;
        this.all = all;
        this.linears = linears;
        this.scope = scope;
    }

    /// What all layers of one stack may share, and where it stands.
    private record Scope(String path, Map<Object, Object> built) {}

    /// The root of a new model.
    public static Parameters root() {
        return new Parameters("", new LinkedHashMap<>(), new LinkedHashMap<>(), new Scope("", new HashMap<>()));
    }

    /// The place below this one with the given name.
    public Parameters in(String name) {
        return new Parameters(child(name), all, linears, scope);
    }

    /// The same place as the root of a stack: what layers below it share stands here.
    public Parameters stack() {
        return new Parameters(path, all, linears, new Scope(path, new HashMap<>()));
    }

    /// What the layers of a stack have in common, such as one table of relative positions for all its
    /// attentions: built by the first that asks, at `name` below the stack, and given to all that ask with an
    /// equal key.
    public <T> T shared(String name, Object key, Class<T> type, Function<Parameters, T> build) {
        Object known = scope.built.get(key);
        if (known == null) {
            long others = scope.built.keySet().stream()
                    .filter(other -> other.getClass() == key.getClass())
                    .count();
            String own = others == 0 ? name : name + (others + 1);
            String place = scope.path.isEmpty() ? own : scope.path + "." + own;
            known = build.apply(new Parameters(place, all, linears, scope));
            scope.built.put(key, known);
        }
        return type.cast(known);
    }

    /// The path of this place, such as `decoder.0.attention`; empty at the root.
    public String path() {
        return path;
    }

    /// A weight of this place.
    public Parameter weight(String name, Shape shape, Initializer initializer) {
        return add(name, shape, initializer, Parameter.Kind.WEIGHT);
    }

    /// Numbers that follow what batches show while a model trains: saved, but not learned.
    public Parameter running(String name, Shape shape, Initializer initializer) {
        return add(name, shape, initializer, Parameter.Kind.RUNNING);
    }

    /// Numbers that follow from the architecture: neither learned nor saved.
    public Parameter fixed(String name, float... values) {
        return add(name, Shape.of(values.length), Initializer.fixed(values), Parameter.Kind.FIXED);
    }

    /// The same in any shape, computed when the model is filled.
    public Parameter fixed(String name, Shape shape, Initializer formula) {
        return add(name, shape, formula, Parameter.Kind.FIXED);
    }

    private Parameter add(String name, Shape shape, Initializer initializer, Parameter.Kind kind) {
        Parameter parameter = new Parameter(child(name), shape, initializer, kind);
        if (all.putIfAbsent(parameter.name(), parameter) != null) {
            throw new IllegalStateException("two parameters are named " + parameter.name());
        }
        return parameter;
    }

    void add(Linear linear) {
        linears.put(path, linear);
    }

    /// Every parameter recorded so far, in the order of building.
    public List<Parameter> all() {
        return new ArrayList<>(all.values());
    }

    /// Every matrix product by its path, so that adapters and quantisation can take its place.
    public Map<String, Linear> linears() {
        return Collections.unmodifiableMap(linears);
    }

    /// Frees every parameter's numbers.
    public void close() {
        all.values().forEach(Parameter::close);
    }

    /// The error that says what cannot be built here.
    public ArchitectureException refuse(String problem) {
        return new ArchitectureException(path, problem);
    }

    private String child(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
