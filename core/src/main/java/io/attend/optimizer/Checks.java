package io.attend.optimizer;

/// What the numbers of optimizers must be, said by name.
final class Checks {
    private Checks() {}

    static void share(String name, double value) {
        within(name, value, 1);
    }

    static void atLeastZero(String name, double value) {
        within(name, value, Double.MAX_VALUE);
    }

    private static void within(String name, double value, double below) {
        if (!(value >= 0 && value < below)) {
            throw new IllegalArgumentException(name + " " + value + " is outside [0, " + below + ")");
        }
    }
}
