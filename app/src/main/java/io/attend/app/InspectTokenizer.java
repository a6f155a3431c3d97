package io.attend.app;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.json.Json;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Model;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "inspect", description = "Show what a tokenizer is made of, step by step, and how it cuts a text.")
final class InspectTokenizer implements Callable<Integer> {
    private static final String SAMPLE = "Attention is all you need: naïve 猫 😀 1234.";
    private static final int LONGEST = 60;

    /// How many special tokens are listed; some vocabularies have thousands that are reserved.
    private static final int LISTED = 12;

    @Parameters(index = "0", paramLabel = "TOKENIZER", description = TokenizerCommand.KINDS)
    private Path tokenizer;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "The text to cut (${DEFAULT-VALUE}).")
    private String text = SAMPLE;

    @Option(names = "--json", description = "Everything as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Tokenizer read = Tokenizer.load(tokenizer);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Output.json(out, fields(read));
            return 0;
        }
        Pipeline pipeline = read.pipeline();
        Model model = pipeline.model();
        out.printf(
                Locale.ROOT,
                "%s: %,d tokens%s%n",
                model.getClass().getSimpleName(),
                read.size(),
                model instanceof Bpe bpe
                        ? String.format(
                                Locale.ROOT, ", %,d merges", bpe.merges().size())
                        : "");
        roles(read).forEach((role, id) -> out.printf("  %-15s %s (%d)%n", role, shown(read.token(id)), id));
        List<AddedToken> specials =
                pipeline.addedTokens().stream().filter(AddedToken::special).toList();
        int others = pipeline.addedTokens().size() - specials.size();
        out.printf(
                "  %-15s %s%s%n",
                "special",
                specials.stream().limit(LISTED).map(t -> shown(t.content())).collect(Collectors.joining(" ")),
                specials.size() > LISTED ? " and " + (specials.size() - LISTED) + " more" : "");
        if (others > 0) {
            out.printf("  %-15s %d%n", "other added", others);
        }
        out.println("text");
        parts(pipeline)
                .forEach((name, part) -> part.ifPresent(value -> {
                    out.printf("  %-15s ", name);
                    print(out, value, 18);
                }));
        if (read.chatTemplate().isPresent()) {
            out.printf("  %-15s yes%n", "chat template");
        }
        out.println();
        cut(out, read);
        return 0;
    }

    /// The steps a text goes through, and back.
    private static Map<String, Optional<JsonNode>> parts(Pipeline pipeline) {
        Map<String, Optional<JsonNode>> parts = new LinkedHashMap<>();
        parts.put("normalizer", pipeline.normalizer().map(Json::write));
        parts.put("pre-tokenizer", pipeline.preTokenizer().map(Json::write));
        parts.put("model", Optional.of(withoutTables(pipeline.model())));
        parts.put("post-processor", pipeline.postProcessor().map(Json::write));
        parts.put("truncation", pipeline.truncation().map(Json::write));
        parts.put("padding", pipeline.padding().map(Json::write));
        parts.put("decoder", pipeline.decoder().map(Json::write));
        return parts;
    }

    private static JsonNode withoutTables(Model model) {
        ObjectNode node = (ObjectNode) Json.write(model);
        return node.without(List.of("vocab", "merges"));
    }

    private static Map<String, Integer> roles(Tokenizer read) {
        Map<String, OptionalInt> roles = new LinkedHashMap<>();
        roles.put("begin", read.bos());
        roles.put("end", read.eos());
        roles.put("padding", read.pad());
        roles.put("unknown", read.unk());
        Map<String, Integer> known = new LinkedHashMap<>();
        roles.forEach((role, id) -> id.ifPresent(i -> known.put(role, i)));
        return known;
    }

    /// A step as its type and settings in a line; the steps of a sequence in lines of their own.
    private static void print(PrintWriter out, JsonNode node, int indent) {
        List<JsonNode> steps = new ArrayList<>();
        StringBuilder line = new StringBuilder(node.path("type").asString(""));
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            JsonNode value = entry.getValue();
            if (value.isArray() && !value.isEmpty() && value.get(0).has("type")) {
                value.forEach(steps::add);
            } else if (!entry.getKey().equals("type") && !value.isNull()) {
                line.append(' ').append(entry.getKey()).append('=').append(scalar(value));
            }
        }
        out.println(line.toString().strip());
        for (JsonNode step : steps) {
            out.print(" ".repeat(indent));
            print(out, step, indent + 2);
        }
    }

    private static String scalar(JsonNode value) {
        String written = value.toString();
        return written.length() <= LONGEST ? written : written.substring(0, LONGEST) + "... (" + written.length() + ")";
    }

    private void cut(PrintWriter out, Tokenizer read) {
        Encoding encoding = read.encode(text);
        out.printf("%8s  %-24s %11s  %s%n", "id", "token", "characters", "text");
        for (int i = 0; i < encoding.size(); i++) {
            boolean outside = encoding.sequences()[i] < 0;
            out.printf(
                    "%8d  %-24s %11s  %s%n",
                    encoding.id(i),
                    shown(read.token(encoding.id(i))),
                    outside ? "" : encoding.codePointStart(i) + "-" + encoding.codePointEnd(i),
                    outside ? "" : shown(text.substring(encoding.start(i), encoding.end(i))));
        }
        int points = text.codePointCount(0, text.length());
        out.printf(
                Locale.ROOT,
                "%d tokens for %d characters; decoded: %s%n",
                encoding.size(),
                points,
                shown(read.decode(encoding.ids())));
    }

    /// A text on one line of a terminal: line ends and controls as Java writes them.
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        shown.append("\\u%04x".formatted(c));
                    } else {
                        shown.appendCodePoint(c);
                    }
                }
            }
        });
        return shown.toString();
    }

    private Map<String, Object> fields(Tokenizer read) {
        Pipeline pipeline = read.pipeline();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("size", read.size());
        if (pipeline.model() instanceof Bpe bpe) {
            fields.put("merges", bpe.merges().size());
        }
        fields.put("roles", roles(read));
        fields.put("addedTokens", Json.write(pipeline.addedTokens()));
        parts(pipeline).forEach((name, part) -> fields.put(camel(name), part));
        Encoding encoding = read.encode(text);
        fields.put("text", text);
        fields.putAll(Encode.fields(read, encoding));
        return fields;
    }

    private static String camel(String name) {
        return name.replace("-t", "T").replace("-p", "P");
    }
}
