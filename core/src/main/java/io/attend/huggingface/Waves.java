package io.attend.huggingface;

import io.attend.tensor.Shape;

/// Tables of sines and cosines that Hugging Face's classes save: a row a position, all from one formula.
///
///     angle(p, i) = p · 10000^(−2i/E),  i < E/2
enum Waves implements Names.Fresh {
    /// Sine and cosine in turns.
    INTERLEAVED,
    /// All sines before all cosines.
    HALVES;

    @Override
    public float[] make(Shape shape) {
        int width = Math.toIntExact(shape.size(1));
        int sines = (width + 1) / 2;
        float[] table = new float[Math.toIntExact(shape.count())];
        for (int i = 0; i < table.length; i++) {
            int row = i / width;
            int column = i % width;
            boolean sine = this == HALVES ? column < sines : column % 2 == 0;
            int wave = this == INTERLEAVED ? column / 2 : sine ? column : column - sines;
            double angle = row * Math.pow(10_000, -2.0 * wave / width);
            table[i] = (float) (sine ? Math.sin(angle) : Math.cos(angle));
        }
        return table;
    }
}
