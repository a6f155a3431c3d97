package io.attend.training.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// What was measured at one step: numbers by name, from a training batch or from validation.
///
///     Metrics.training(1200).with(Metrics.LOSS, 0.1234).with(Metrics.LEARNING_RATE, 7e-4).with("exactMatch",
/// 0.97)
///
/// As JSON, in this order:
/// `{"step":1200,"split":"training","loss":0.1234,"learningRate":7.0E-4,"exactMatch":0.97}`.
public record Metrics(long step, Split split, Map<String, Double> numbers) {
    public static final String EPOCH = "epoch";
    public static final String LOSS = "loss";
    public static final String LEARNING_RATE = "learningRate";
    public static final String GRADIENT_NORM = "gradientNorm";
    /// How even the experts are used, 1 when they are: see [io.attend.router.LayerBalance].
    public static final String BALANCE = "balance";
    public static final String ROUTER_Z = "routerZ";
    public static final String TOKENS_PER_SECOND = "tokensPerSecond";
    /// Since the start of training, earlier parts of an interrupted run included.
    public static final String SECONDS = "seconds";

    /// Which data the numbers are of.
    public enum Split {
        TRAINING,
        VALIDATION
    }

    public Metrics {
        if (step < 0) {
            throw new IllegalArgumentException("metrics: step " + step + " is negative");
        }
        for (String name : numbers.keySet()) {
            if (!name.matches("[A-Za-z][A-Za-z0-9_.-]{0,63}") || name.equals("step") || name.equals("split")) {
                throw new IllegalArgumentException("metrics: '" + name + "' cannot name a number; use a letter, then up"
                        + " to 63 of letters, digits, '.', '_' and '-', and neither 'step' nor 'split'");
            }
        }
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }

    public static Metrics training(long step) {
        return new Metrics(step, Split.TRAINING, Map.of());
    }

    public static Metrics validation(long step) {
        return new Metrics(step, Split.VALIDATION, Map.of());
    }

    /// These metrics and one number more; NaN and the infinities are numbers too, a diverged run has them.
    ///
    /// @throws IllegalArgumentException if the name is taken
    public Metrics with(String name, double number) {
        Map<String, Double> more = new LinkedHashMap<>(numbers);
        if (more.put(name, number) != null) {
            throw new IllegalArgumentException("metrics: step " + step + " has '" + name + "' twice");
        }
        return new Metrics(step, split, more);
    }

    /// These metrics and more.
    public Metrics with(Map<String, Double> more) {
        Metrics all = this;
        for (Map.Entry<String, Double> number : more.entrySet()) {
            all = all.with(number.getKey(), number.getValue());
        }
        return all;
    }

    public OptionalDouble number(String name) {
        Double number = numbers.get(name);
        return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
    }
}
