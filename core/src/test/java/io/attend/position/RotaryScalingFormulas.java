package io.attend.position;

import io.attend.value.Formulas;

/// Frequencies of rotary positions, one wave at a time, as the papers have them.
public final class RotaryScalingFormulas {
    private RotaryScalingFormulas() {}

    public interface Formula {
        double frequency(int i, int size, double theta, int length);

        default double magnitude() {
            return 1;
        }
    }

    private static final Formulas<RotaryScaling, Formula> ALL = Formulas.<RotaryScaling, Formula>of(RotaryScaling.class)
            .with(NoScaling.class, _ -> (i, size, theta, _) -> plain(i, size, theta))
            .with(LinearScaling.class, value -> (i, size, theta, _) -> plain(i, size, theta) / value.factor())
            .with(DynamicScaling.class, value -> (i, size, theta, length) -> {
                double longest = Math.max(length, value.trained());
                double scale = (value.factor() * longest / value.trained()) - (value.factor() - 1);
                return plain(i, size, theta * Math.pow(scale, size / (size - 2.0)));
            })
            .with(YarnScaling.class, value -> new Formula() {
                @Override
                public double frequency(int i, int size, double theta, int length) {
                    double low = Math.max(0, Math.floor(dimension(value.fast(), size, theta)));
                    double high = Math.min(size - 1, Math.ceil(dimension(value.slow(), size, theta)));
                    double ramp = i <= low ? 0 : i >= high ? 1 : (i - low) / (high - low);
                    double plain = plain(i, size, theta);
                    return ramp * plain / value.factor() + (1 - ramp) * plain;
                }

                private double dimension(double rotations, int size, double theta) {
                    return size * Math.log(value.trained() / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
                }

                @Override
                public double magnitude() {
                    return value.attention().orElse(1 + 0.1 * Math.log(value.factor()));
                }
            })
            .with(Llama3Scaling.class, value -> (i, size, theta, _) -> {
                double plain = plain(i, size, theta);
                double wavelength = 2 * Math.PI / plain;
                if (wavelength < value.trained() / value.high()) {
                    return plain;
                } else if (wavelength > value.trained() / value.low()) {
                    return plain / value.factor();
                }
                double smooth = (value.trained() / wavelength - value.low()) / (value.high() - value.low());
                return (1 - smooth) * plain / value.factor() + smooth * plain;
            })
            .with(LongRopeScaling.class, value -> new Formula() {
                @Override
                public double frequency(int i, int size, double theta, int length) {
                    return plain(i, size, theta) / (length > value.trained() ? value.beyond() : value.within()).get(i);
                }

                @Override
                public double magnitude() {
                    return value.attention()
                            .orElse(Math.sqrt(1 + Math.log(value.factor()) / Math.log(value.trained())));
                }
            });

    private static double plain(int i, int size, double theta) {
        return 1 / Math.pow(theta, 2.0 * i / size);
    }

    public static Formula of(RotaryScaling scaling) {
        return ALL.of(scaling);
    }
}
