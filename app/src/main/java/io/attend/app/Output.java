package io.attend.app;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/// How figures are written for people and for programs.
final class Output {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String[] UNITS = {"", "k", "M", "G", "T", "P", "E"};

    private Output() {}

    /// One line of JSON.
    static void json(PrintWriter out, Object value) {
        out.println(json(value));
        out.flush();
    }

    /// One line of JSON, without its end.
    static String json(Object value) {
        return JSON.writeValueAsString(value);
    }

    /// Rows in columns as wide as need be; the first column to the left, the others to the right. A row of fewer
    /// columns ends in a remark.
    static void table(PrintWriter out, List<String[]> rows) {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < (row.length < columns ? row.length - 1 : columns); i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(String.format("%-" + widths[0] + "s", row[0]));
            for (int i = 1; i < row.length; i++) {
                boolean remark = row.length < columns && i == row.length - 1;
                line.append(remark ? "  " + row[i] : String.format("  %" + widths[i] + "s", row[i]));
            }
            out.println(line);
        }
    }

    /// `1.2 GB`
    static String bytes(double bytes) {
        return scaled(bytes) + "B";
    }

    /// `3.4 G`
    static String flops(double flops) {
        return scaled(flops).strip();
    }

    private static String scaled(double number) {
        int unit = 0;
        while (number >= 999.5 && unit < UNITS.length - 1) {
            number /= 1000;
            unit++;
        }
        String digits = unit == 0 || number >= 100
                ? String.format(Locale.ROOT, "%.0f", number)
                : String.format(Locale.ROOT, number >= 10 ? "%.1f" : "%.2f", number);
        return digits + " " + UNITS[unit];
    }
}
