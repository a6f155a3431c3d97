package io.attend.generation;

final class Limit {
    private Limit() {}

    static void check(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("the limit must be at least 1 token, not " + limit);
        }
    }

    static void guesses(int tokens) {
        if (tokens < 1 || tokens > 1000) {
            throw new IllegalArgumentException("tokens guessed at a time must be from 1 to 1000, not " + tokens);
        }
    }
}
