package io.attend.layer;

import java.util.Arrays;

/// What one sequence finds around itself: which of its positions are real, and the memory it may attend to.
///
/// @param keep [T]
/// @param memory [S][M], empty where there is none
/// @param memoryKeep [S]
/// @param words ids of the words [T], empty where there are none
@SuppressWarnings("ArrayRecordComponent")
public record Scene(boolean[] keep, double[][] memory, boolean[] memoryKeep, int[] words) {
    public Scene(boolean[] keep, double[][] memory, boolean[] memoryKeep) {
        this(keep, memory, memoryKeep, new int[0]);
    }

    public static Scene plain(int length) {
        return new Scene(all(length), new double[0][], new boolean[0]);
    }

    public static boolean[] all(int length) {
        boolean[] keep = new boolean[length];
        Arrays.fill(keep, true);
        return keep;
    }

    /// The first `real` of `length`, or all if there are fewer.
    public static boolean[] first(int real, int length) {
        boolean[] keep = new boolean[length];
        Arrays.fill(keep, 0, Math.min(real, length), true);
        return keep;
    }
}
