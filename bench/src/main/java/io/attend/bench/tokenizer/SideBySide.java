package io.attend.bench.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/// What [EncodeBenchmark] measures, for a machine that is busy with other things: one thread encodes line by
/// line with one library after another in turns, and what counts is the processor time it was given, not the
/// clock. Each figure is the median of three turns, in megabytes of UTF-8 a processor second.
///
///     bench/run io.attend.bench.tokenizer.SideBySide
public final class SideBySide {
    private static final int TURNS = 3;
    private static final double SECONDS = 0.7;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private SideBySide() {}

    public static void main(String[] arguments) throws IOException {
        Encoding jtokkit = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        System.out.printf(
                "%-9s %-9s %7s %7s %7s %7s %12s %12s%n",
                "model", "text", "ids", "all", "Rust", "jtokkit", "ids/Rust", "ids/jtokkit");
        for (String vocabulary : List.of("gpt2", "bert", "unigram")) {
            for (String text : List.of("english", "german", "japanese", "code")) {
                Tokenizer attend = Tokenizer.of(Texts.pipeline(vocabulary));
                try (HuggingFaceTokenizer rust = HuggingFaceTokenizer.newInstance(
                        new ByteArrayInputStream(attend.toJson().getBytes(StandardCharsets.UTF_8)),
                        Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"))) {
                    Map<String, ToIntFunction<String>> libraries = new LinkedHashMap<>();
                    libraries.put("ids", line -> attend.ids(line, Specials.SKIP).length);
                    libraries.put(
                            "all", line -> attend.encode(line, Specials.SKIP).size());
                    libraries.put("Rust", line -> rust.encode(line).getIds().length);
                    libraries.put(
                            "jtokkit", line -> jtokkit.encodeOrdinary(line).size());
                    Map<String, Double> rates = rates(libraries, Texts.lines(text));
                    System.out.printf(
                            Locale.ROOT,
                            "%-9s %-9s %7.1f %7.1f %7.2f %7.1f %12.1f %12.1f%n",
                            vocabulary,
                            text,
                            rates.get("ids"),
                            rates.get("all"),
                            rates.get("Rust"),
                            rates.get("jtokkit"),
                            rates.get("ids") / rates.get("Rust"),
                            rates.get("ids") / rates.get("jtokkit"));
                }
            }
        }
    }

    private static Map<String, Double> rates(Map<String, ToIntFunction<String>> libraries, List<String> lines) {
        libraries.values().forEach(library -> turn(library, lines, 2 * SECONDS)); // warm
        Map<String, List<Double>> turns = new LinkedHashMap<>();
        for (int i = 0; i < TURNS; i++) {
            libraries.forEach((name, library) ->
                    turns.computeIfAbsent(name, _ -> new ArrayList<>()).add(turn(library, lines, SECONDS)));
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        turns.forEach(
                (name, all) -> medians.put(name, all.stream().sorted().toList().get(TURNS / 2)));
        return medians;
    }

    /// Megabytes a second of this thread's processor time.
    private static double turn(ToIntFunction<String> library, List<String> lines, double seconds) {
        long[] ends = new long[lines.size() + 1];
        for (int i = 0; i < lines.size(); i++) {
            ends[i + 1] = ends[i] + lines.get(i).getBytes(StandardCharsets.UTF_8).length + 1;
        }
        long began = CLOCK.getCurrentThreadCpuTime();
        long tokens = 0;
        long bytes = 0;
        int at = 0;
        while (true) {
            int to = Math.min(at + 200, lines.size());
            for (int i = at; i < to; i++) {
                tokens += library.applyAsInt(lines.get(i));
            }
            bytes += ends[to] - ends[at];
            at = to == lines.size() ? 0 : to;
            double spent = (CLOCK.getCurrentThreadCpuTime() - began) / 1e9;
            if (spent > seconds) {
                if (tokens == 0) {
                    throw new IllegalStateException("no tokens");
                }
                return bytes / 1e6 / spent;
            }
        }
    }
}
