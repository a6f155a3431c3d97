package io.attend.generation;

final class Limit {
    private Limit() {}

    static void check(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("the limit must be at least 1 token, not " + limit);
        }
    }
}
