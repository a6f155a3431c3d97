package io.attend.tokenizer.chat;

import io.attend.tokenizer.TokenizerException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The functions every template can call.
final class Functions {
    static final Map<String, Object> ALL = Map.of(
            "raise_exception",
                    (Function) (arguments, named, run) -> {
                        throw new TokenizerException("chat template: "
                                + (arguments.isEmpty() ? "raised an exception" : Values.print(arguments.getFirst())));
                    },
            "range", (Function) (arguments, named, run) -> range(arguments),
            "namespace", (Function) (arguments, named, run) -> dict(arguments, named),
            "dict", (Function) (arguments, named, run) -> dict(arguments, named),
            "strftime_now", (Function) (arguments, named, run) -> now(Values.print(arguments.getFirst())));

    private Functions() {}

    private static Object dict(List<Object> arguments, Map<String, Object> named) {
        Map<Object, Object> map = new LinkedHashMap<>();
        if (!arguments.isEmpty() && arguments.getFirst() instanceof Map<?, ?> first) {
            map.putAll(first);
        }
        map.putAll(named);
        return map;
    }

    private static Object range(List<Object> arguments) {
        long start = arguments.size() > 1 ? Values.integer(arguments.get(0)) : 0;
        long stop = Values.integer(arguments.get(arguments.size() > 1 ? 1 : 0));
        long step = arguments.size() > 2 ? Values.integer(arguments.get(2)) : 1;
        if (step == 0 || Math.abs((double) stop - start) / Math.abs(step) > 100_000) {
            throw new TokenizerException("chat template: range(" + start + ", " + stop + ", " + step + ") is too long");
        }
        List<Object> list = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            list.add(i);
        }
        return list;
    }

    /// The time now, in C's way of writing formats.
    private static String now(String format) {
        LocalDateTime time = LocalDateTime.now(java.time.ZoneId.systemDefault());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            char code = format.charAt(++i);
            String pattern = switch (code) {
                case 'Y' -> "yyyy";
                case 'm' -> "MM";
                case 'd' -> "dd";
                case 'b' -> "MMM";
                case 'B' -> "MMMM";
                case 'a' -> "EEE";
                case 'A' -> "EEEE";
                case 'H' -> "HH";
                case 'M' -> "mm";
                case 'S' -> "ss";
                case 'y' -> "yy";
                case 'j' -> "DDD";
                case 'p' -> "a";
                case 'I' -> "hh";
                default -> throw new TokenizerException("chat template: strftime_now knows no %" + code);
            };
            text.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time));
        }
        return text.toString();
    }
}
