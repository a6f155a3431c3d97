package io.attend.app;

import io.attend.inspect.PositionMaps;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.position.AbsolutePosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.value.Values;
import io.attend.value.Variants;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What of `attend inspect` draws a position or a mask that stands in no model.
final class Draw {
    private static final int LONGEST = 2048;

    @Option(
            names = "--position",
            paramLabel = "POSITION",
            description = "A position to draw, a name or JSON as in an architecture: Rotary, '{\"type\": \"Alibi\"}'.")
    private @Nullable String position;

    @Option(
            names = "--mask",
            paramLabel = "MASK",
            description = "A mask to draw, or under which attention to a --position is drawn (Causal if left out).")
    private @Nullable String mask;

    @Option(names = "--length", description = "Tokens drawn.", defaultValue = "64")
    private int length;

    @Option(names = "--heads", description = "Heads drawn.", defaultValue = "4")
    private int heads;

    @Option(
            names = "--size",
            description = "Numbers a head has, or an embedding if the position is added to embeddings.",
            defaultValue = "64")
    private int size;

    @Option(names = "--draw", paramLabel = "FILE", description = "The HTML page to write.")
    private @Nullable Path file;

    boolean asked() {
        return position != null || mask != null || file != null;
    }

    void write(PrintWriter out) throws IOException {
        if (file == null || (position == null && mask == null)) {
            throw new UsageException("drawing needs a --position or a --mask, and --draw FILE to write it to");
        }
        check("--length", length, LONGEST);
        check("--heads", heads, 64);
        check("--size", size, 1 << 16);
        PositionMaps maps = maps();
        maps.write(file);
        out.println(file + ": " + maps.title() + ", " + maps.maps().size() + " pictures");
        out.flush();
    }

    private PositionMaps maps() {
        Mask under = mask == null ? new Causal() : Values.parse(Mask.class, json(mask));
        if (position == null) {
            return PositionMaps.of(under, length);
        }
        String json = json(position);
        boolean absolute = Variants.of(AbsolutePosition.class).keySet().stream()
                .anyMatch(name -> json.contains("\"" + name + "\"") && !relative(name));
        return absolute
                ? PositionMaps.of(Values.parse(AbsolutePosition.class, json), size, length)
                : PositionMaps.of(
                        Values.parse(RelativePosition.class, json), new HeadShape(heads, heads, size), under, length);
    }

    private static boolean relative(String name) {
        return Variants.of(RelativePosition.class).containsKey(name);
    }

    /// A bare name is a value with all its defaults.
    private static String json(String given) {
        return given.matches("\\w+") ? "\"" + given + "\"" : given;
    }

    private static void check(String option, int number, int most) {
        if (number < 1 || number > most) {
            throw new UsageException(option + " must be 1 ... " + most + ", not " + number);
        }
    }
}
