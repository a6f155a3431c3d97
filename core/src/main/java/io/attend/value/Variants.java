package io.attend.value;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The members of a sealed family, found through its `permits` list: there is no other registry.
public final class Variants {
    private Variants() {}

    /// The records of a family by their simple names, in the order of `permits`, through nested sealed
    /// interfaces.
    public static Map<String, Class<? extends Record>> of(Class<?> family) {
        Map<String, Class<? extends Record>> variants = new LinkedHashMap<>();
        collect(family, variants);
        return variants;
    }

    private static void collect(Class<?> type, Map<String, Class<? extends Record>> variants) {
        if (type.isRecord()) {
            variants.put(type.getSimpleName(), type.asSubclass(Record.class));
        } else if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, variants);
            }
        } else {
            throw new IllegalArgumentException(type.getName() + " is neither sealed nor a record");
        }
    }

    /// The examples a variant gives of itself: its public static final fields of its own type. Contract tests
    /// run them, the catalogue prints the first.
    public static List<Record> examples(Class<? extends Record> variant) {
        return List.copyOf(named(variant).values());
    }

    /// The same by the names of the fields, in their order.
    public static Map<String, Record> named(Class<? extends Record> variant) {
        Map<String, Record> examples = new LinkedHashMap<>();
        for (Field field : variant.getFields()) {
            if (isConstant(field) && field.getType() == variant) {
                try {
                    examples.put(field.getName(), variant.cast(field.get(null)));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(field + " is not readable", e);
                }
            }
        }
        return examples;
    }

    private static boolean isConstant(Field field) {
        return Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
    }

    /// The page of a variant: the Markdown comment that stands before its declaration in its source file, which
    /// travels in the jar beside the class. Nothing if the comment is missing.
    public static Optional<String> page(Class<?> type) {
        List<String> lines = source(type).lines().toList();
        Predicate<String> declares =
                line -> line.matches("public (final )?(non-sealed |sealed )?(record|interface|class|enum) "
                        + type.getSimpleName() + "\\b.*");
        int declaration = 0;
        while (declaration < lines.size() && !declares.test(lines.get(declaration))) {
            declaration++;
        }
        int end = declaration;
        while (end > 0 && !lines.get(end - 1).startsWith("///")) {
            if (lines.get(end - 1).isBlank()) {
                return Optional.empty();
            }
            end--;
        }
        int start = end;
        while (start > 0 && lines.get(start - 1).startsWith("///")) {
            start--;
        }
        String page = Stream.of(lines.subList(start, end).toArray(String[]::new))
                .map(line -> line.startsWith("/// ") ? line.substring(4) : line.substring(3))
                .reduce("", (text, line) -> text + line + "\n");
        return page.isBlank() ? Optional.empty() : Optional.of(page);
    }

    /// The source file of a type, as text.
    public static String source(Class<?> type) {
        String place = "/META-INF/attend/source/" + type.getName().replace('.', '/') + ".java";
        try (InputStream in = type.getResourceAsStream(place)) {
            if (in == null) {
                throw new IllegalStateException("the jar holds no source of " + type.getName() + " (" + place + ")");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + place, e);
        }
    }
}
