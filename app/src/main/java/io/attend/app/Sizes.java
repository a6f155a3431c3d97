package io.attend.app;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// Amounts of memory as people write them.
final class Sizes {
    private static final String UNITS = "KMGT";

    private Sizes() {}

    /// `500M`, `2G`, `1.5GB`: powers of 1000, as all of Attend counts bytes.
    static double bytes(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        if (!upper.matches("\\d{1,9}(\\.\\d{1,3})?[KMGT]?B?") || upper.matches("[0.]+[KMGT]?B?")) {
            throw new UsageException("\"" + text + "\" is no amount of memory; write 500M or 2G");
        }
        String plain = upper.endsWith("B") ? upper.substring(0, upper.length() - 1) : upper;
        int unit = UNITS.indexOf(plain.charAt(plain.length() - 1)) + 1;
        return Double.parseDouble(unit == 0 ? plain : plain.substring(0, plain.length() - 1)) * Math.pow(1000, unit);
    }

    /// Bytes this machine has.
    static double machine() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }
}
