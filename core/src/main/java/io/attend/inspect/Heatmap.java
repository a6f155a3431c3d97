package io.attend.inspect;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/// A matrix to be looked at: a row a query, a column a key, a colour a number; grey where there is none.
///
/// @param name what is drawn
/// @param values a row a query, NaN where it does not see a key
@SuppressWarnings("ArrayRecordComponent")
public record Heatmap(String name, double[][] values) {
    /// From dark blue over green to yellow, in equal steps of lightness.
    private static final int[][] COLOURS = {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};

    private static final int[] HIDDEN = {226, 226, 226};

    public Heatmap {
        if (values.length == 0 || values[0].length == 0) {
            throw new IllegalArgumentException(name + " has nothing to draw");
        }
    }

    public double least() {
        return finite().min().orElse(0);
    }

    public double most() {
        return finite().max().orElse(0);
    }

    private java.util.stream.DoubleStream finite() {
        return Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(Double::isFinite);
    }

    /// The picture with its name and scale, as an element of an HTML page.
    String figure() {
        return String.format(
                Locale.ROOT,
                "<figure><figcaption>%s</figcaption><img alt=\"%s\" src=\"data:image/png;base64,%s\">"
                        + "<p class=scale>%.3g <span></span> %.3g</p></figure>%n",
                escaped(name),
                escaped(name),
                Base64.getEncoder().encodeToString(png()),
                least(),
                most());
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /// One pixel a number, as a PNG file.
    byte[] png() {
        try {
            ByteArrayOutputStream pixels = new ByteArrayOutputStream();
            try (DeflaterOutputStream deflated = new DeflaterOutputStream(pixels)) {
                double least = least();
                double range = most() - least;
                for (double[] row : values) {
                    deflated.write(0); // no filter
                    for (double value : row) {
                        for (int channel : colour(value, least, range)) {
                            deflated.write(channel);
                        }
                    }
                }
            }
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            try (DataOutputStream numbers = new DataOutputStream(header)) {
                numbers.writeInt(values[0].length);
                numbers.writeInt(values.length);
                numbers.write(new byte[] {8, 2, 0, 0, 0}); // eight bits of red, green and blue
            }
            chunk(file, "IHDR", header.toByteArray());
            chunk(file, "IDAT", pixels.toByteArray());
            chunk(file, "IEND", new byte[0]);
            return file.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] colour(double value, double least, double range) {
        if (!Double.isFinite(value)) {
            return HIDDEN;
        }
        double along = range == 0 ? COLOURS.length - 1 : (value - least) / range * (COLOURS.length - 1);
        int from = (int) Math.min(along, COLOURS.length - 2);
        int[] colour = new int[3];
        for (int channel = 0; channel < 3; channel++) {
            double step = COLOURS[from + 1][channel] - COLOURS[from][channel];
            colour[channel] = (int) Math.round(COLOURS[from][channel] + (along - from) * step);
        }
        return colour;
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 check = new CRC32();
        check.update(name);
        check.update(data);
        DataOutputStream out = new DataOutputStream(file);
        out.writeInt(data.length);
        out.write(name);
        out.write(data);
        out.writeInt((int) check.getValue());
    }
}
