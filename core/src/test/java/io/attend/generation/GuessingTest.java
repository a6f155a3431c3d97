package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.value.Examples;
import org.junit.jupiter.api.Test;

/// What is guessed; that guesses never change what is written is SpeculativeTest's.
class GuessingTest {
    @Test
    void everyWayGuessesAtLeastAToken() {
        assertThat(Examples.of(Guessing.class)).allMatch(one -> one.value().tokens() >= 1);
    }

    @Test
    void whatFollowedTheSameWordsLastIsGuessed() {
        LookUp two = new LookUp(3, 2);
        assertThat(two.behind(new int[] {5, 6, 7, 8, 5, 6}, 3)).containsExactly(7, 8, 5);
        assertThat(two.behind(new int[] {5, 6, 1, 5, 6, 2, 5, 6}, 1))
                .as("the last place, not the first")
                .containsExactly(2);
        assertThat(two.behind(new int[] {9, 6, 1, 5, 6}, 2))
                .as("one word where two are new")
                .containsExactly(1, 5);
        assertThat(two.behind(new int[] {5, 6, 1, 4, 6, 2, 5, 6}, 1))
                .as("two words before one, though one stands nearer")
                .containsExactly(1);
        assertThat(two.behind(new int[] {4, 4}, 3)).as("no more than there is").containsExactly(4);
        assertThat(two.behind(new int[] {1, 2, 3}, 3)).as("words that are new").isEmpty();
        assertThat(two.behind(new int[] {1}, 3)).isEmpty();
    }
}
