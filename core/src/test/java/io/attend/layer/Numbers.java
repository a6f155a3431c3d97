package io.attend.layer;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The weights of a model as plain arrays by name, for references that are written as loops.
public final class Numbers {
    private final Map<String, double[]> all;
    private final Set<String> unread;
    private final String path;

    private Numbers(Map<String, double[]> all, Set<String> unread, String path) {
        this.all = all;
        this.unread = unread;
        this.path = path;
    }

    public static Numbers of(Map<String, double[]> all) {
        return new Numbers(all, new TreeSet<>(all.keySet()), "");
    }

    /// Those below a name.
    public Numbers in(String name) {
        return new Numbers(all, unread, path + name + ".");
    }

    /// Those of the stack that this place belongs to, whose path ends before the number of the block.
    public Numbers stack() {
        return new Numbers(all, unread, path.replaceFirst("(^|(?<=\\.))\\d+\\..*$", ""));
    }

    /// Those of the same place below the stack, for what all its layers share: of
    /// `decoder.3.attention.position` those of `decoder.position`. Without a stack the place itself.
    public Numbers shared() {
        String last = path.substring(path.lastIndexOf('.', path.length() - 2) + 1);
        return path.matches("(.*\\.)?\\d+\\..*") ? new Numbers(all, unread, stack().path + last) : this;
    }

    public double[] vector(String name) {
        double[] found = all.get(path + name);
        if (found == null) {
            throw new AssertionError("the reference wants " + path + name + "; the model has " + all.keySet());
        }
        unread.remove(path + name);
        return found;
    }

    /// A matrix of so many columns, stored row by row.
    public double[][] matrix(String name, int columns) {
        double[] flat = vector(name);
        double[][] rows = new double[flat.length / columns][columns];
        for (int i = 0; i < flat.length; i++) {
            rows[i / columns][i % columns] = flat[i];
        }
        return rows;
    }

    /// `W x + b`, or `W x` without a bias.
    public double[] linear(double[] x, Bias bias) {
        double[][] weight = matrix("weight", x.length);
        double[] y = bias == Bias.ADDED ? vector("bias").clone() : new double[weight.length];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += weight[o][i] * x[i];
            }
        }
        return y;
    }

    /// The same in independent groups: each part of the output sees only its part of the input.
    public double[] linear(double[] x, Bias bias, int groups) {
        int part = x.length / groups;
        double[][] weight = matrix("weight", part);
        double[] y = bias == Bias.ADDED ? vector("bias").clone() : new double[weight.length];
        for (int o = 0; o < y.length; o++) {
            int group = o / (y.length / groups);
            for (int i = 0; i < part; i++) {
                y[o] += weight[o][i] * x[group * part + i];
            }
        }
        return y;
    }

    /// Names no reference has asked for: weights that exist without a use.
    public Set<String> unread() {
        return unread;
    }
}
