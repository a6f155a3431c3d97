package io.attend.training.report;

/// A line through points: `y[i]` at `x[i]`, x growing. A `y` that is not finite is a gap in the line.
///
/// @param seconds when each point was reached, if that is known; empty if not
public record Curve(String name, double[] x, double[] y, double[] seconds) {
    /// @throws IllegalArgumentException if the lengths differ, or x does not grow or is not finite
    public Curve {
        if (x.length != y.length || seconds.length != 0 && seconds.length != x.length) {
            throw new IllegalArgumentException("curve '" + name + "' has " + x.length + " x, " + y.length + " y and "
                    + seconds.length + " seconds");
        }
        for (int i = 0; i < x.length; i++) {
            if (!Double.isFinite(x[i]) || i > 0 && x[i] <= x[i - 1]) {
                throw new IllegalArgumentException("curve '" + name + "': x[" + i + "] = " + x[i]
                        + (i > 0 ? " after " + x[i - 1] : "") + "; x must be finite and grow");
            }
        }
        x = x.clone();
        y = y.clone();
        seconds = seconds.clone();
    }

    /// A curve whose times are not known.
    public Curve(String name, double[] x, double[] y) {
        this(name, x, y, new double[0]);
    }

    @Override
    public double[] x() {
        return x.clone();
    }

    @Override
    public double[] y() {
        return y.clone();
    }

    @Override
    public double[] seconds() {
        return seconds.clone();
    }

    /// The same curve by another name.
    public Curve named(String other) {
        return new Curve(other, x, y, seconds);
    }

    /// At most `limit` of the points, chosen to keep the look of the line: of each bucket of neighbours the
    /// point that spans the largest triangle with the point chosen before it and the mean of the next bucket.
    ///
    /// Largest-Triangle-Three-Buckets: Sveinn Steinarsson, Downsampling Time Series for Visual
    /// Representation, 2013.
    Curve thinned(int limit) {
        int count = x.length;
        if (count <= limit) {
            return this;
        }
        double[] keptX = new double[limit];
        double[] keptY = new double[limit];
        double[] keptSeconds = new double[seconds.length == 0 ? 0 : limit];
        int chosen = 0;
        for (int bucket = 0; bucket < limit; bucket++) {
            if (bucket > 0) {
                chosen = bucket == limit - 1 ? count - 1 : largestTriangle(chosen, bucket, limit);
            }
            keptX[bucket] = x[chosen];
            keptY[bucket] = y[chosen];
            if (seconds.length > 0) {
                keptSeconds[bucket] = seconds[chosen];
            }
        }
        return new Curve(name, keptX, keptY, keptSeconds);
    }

    private int largestTriangle(int before, int bucket, int limit) {
        int from = start(bucket, limit);
        int to = start(bucket + 1, limit);
        int end = Math.max(to + 1, start(bucket + 2, limit));
        double meanX = 0;
        double meanY = 0;
        for (int i = to; i < end; i++) {
            meanX += x[i] / (end - to);
            meanY += y[i] / (end - to);
        }
        int largest = from;
        double most = -1;
        for (int i = from; i < to; i++) {
            double area = Math.abs((x[before] - meanX) * (y[i] - y[before]) - (x[before] - x[i]) * (meanY - y[before]));
            if (area > most) {
                most = area;
                largest = i;
            }
        }
        return largest;
    }

    /// Where a bucket starts: the first and the last point are buckets of their own.
    private int start(int bucket, int limit) {
        int inner = x.length - 2;
        return (int) Math.min(x.length - 1, 1 + (long) (bucket - 1) * inner / (limit - 2));
    }
}
