package io.attend.training;

import io.attend.architecture.Decoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Inputs;
import io.attend.architecture.Topology;
import io.attend.checkpoint.RunFolder;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.inspect.Tree;
import io.attend.layer.Context;
import io.attend.layer.Observer;
import io.attend.layer.Place;
import io.attend.objective.Classification;
import io.attend.objective.Objective;
import io.attend.objective.TeacherForcing;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.training.report.AttentionMap;
import io.attend.training.report.Chart;
import io.attend.training.report.Fact;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Report;
import io.attend.training.report.Sample;
import io.attend.training.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// The `report.html` of a run: what it learned, how, and where its decoder looked.
final class RunReport {
    private static final int MOST_SYMBOLS = 64;
    private static final int MOST_LAYERS = 12;

    private RunReport() {}

    static void write(
            RunFolder folder, Recipe recipe, TextModel text, Trainer.Outcome outcome, Objective.Judged judged) {
        List<Fact> facts = new ArrayList<>();
        outcome.measures()
                .forEach((name, number) -> facts.add(new Fact(Figures.words(name), Figures.figure(name, number))));
        outcome.notes().forEach((name, note) -> facts.add(new Fact(name, note)));
        facts.add(new Fact("parameters", String.format(Locale.ROOT, "%,d", outcome.parameters())));
        facts.add(new Fact("steps", Figures.steps(outcome, recipe.steps()).replace(" steps", "")));
        facts.add(new Fact("time", String.format(Locale.ROOT, "%.0f s", outcome.seconds())));
        try {
            new Report(
                            folder.path().getFileName().toString(),
                            about(recipe),
                            facts,
                            Chart.of(MetricsLog.read(folder.metrics())),
                            List.of(settings(recipe)),
                            judged.shown().stream()
                                    .map(shown -> new Sample(
                                            shown.input(),
                                            shown.expected(),
                                            shown.written(),
                                            maps(text, recipe, shown)))
                                    .toList(),
                            Tree.of(text.model().architecture()))
                    .write(folder.report());
        } catch (IOException e) {
            throw new UncheckedIOException(folder.report() + " cannot be written", e);
        }
    }

    private static String about(Recipe recipe) {
        String run = "Trained by Attend: " + recipe.steps() + " steps of " + recipe.batching() + ", seed "
                + recipe.seed() + ".";
        return !(recipe.objective() instanceof TeacherForcing forcing) || forcing.smoothing() == 0
                ? run
                : run + " The training loss counts what only helps to learn, such as label smoothing, and cannot reach"
                        + " zero; the validation loss does not.";
    }

    /// The recipe as it was carried out.
    private static Table settings(Recipe recipe) {
        return new Table(
                "Recipe",
                List.of("", "value"),
                recipe.settings().entrySet().stream()
                        .map(setting -> List.of(setting.getKey(), setting.getValue()))
                        .toList());
    }

    /// Where the model looked: a decoder that writes about a source at that source, others at their own text.
    private static List<AttentionMap> maps(TextModel text, Recipe recipe, Objective.Shown shown) {
        TextModel.Words words = new TextModel.Words(text.tokenizer());
        Topology topology = text.model().architecture().topology();
        if (topology instanceof EncoderDecoder) {
            int[] read = words.ended(shown.input());
            int[] said = words.ended(shown.written());
            long[] shifted = new long[said.length];
            shifted[0] = words.begin();
            for (int i = 1; i < said.length; i++) {
                shifted[i] = said[i - 1];
            }
            return watched(text, ".cross", said, read, () -> Inputs.of(tokens(read), tokens(shifted)));
        }
        int[] seen = text.tokenizer().ids(shown.input() + shown.written(), Specials.SKIP);
        if (topology instanceof Decoder && seen.length > 0) {
            int most = Math.min(MOST_SYMBOLS, text.longest().orElse(MOST_SYMBOLS));
            int[] begin = Arrays.copyOf(seen, Math.min(seen.length, most)); // never looks at what is behind
            return watched(text, "attention", begin, begin, () -> Inputs.of(tokens(begin)));
        }
        if (recipe.objective() instanceof Classification judged) {
            int[] whole = text.tokenizer().ids(shown.input(), Specials.SKIP);
            int[] ids = Arrays.copyOf(whole, Math.min(whole.length, Math.max(0, judged.length() - 2)));
            int[] framed = new int[ids.length + 2];
            System.arraycopy(ids, 0, framed, 1, ids.length);
            framed[0] = words.begin();
            framed[ids.length + 1] = words.end();
            return framed.length > MOST_SYMBOLS
                    ? List.of()
                    : watched(text, "attention", framed, framed, () -> Inputs.of(tokens(framed)));
        }
        return List.of();
    }

    private static Tokens tokens(int[] ids) {
        return tokens(Arrays.stream(ids).asLongStream().toArray());
    }

    private static Tokens tokens(long[] ids) {
        return Tokens.of(Tensor.of(ids, 1, ids.length));
    }

    private static List<AttentionMap> watched(
            TextModel text, String branch, int[] rows, int[] columns, Supplier<Inputs> inputs) {
        List<AttentionMap> maps = new ArrayList<>();
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Observer observer = (place, what, weights) -> {
                if (what.equals("attention")
                        && place.toString().endsWith(branch)
                        && maps.size() < MOST_LAYERS
                        && weights.size(2) == rows.length
                        && weights.size(3) == columns.length) {
                    maps.add(map(text, place, weights, rows, columns));
                }
            };
            Context watching = Context.inference().observed(observer);
            text.model().forward(inputs.get(), watching);
        }
        return maps;
    }

    private static AttentionMap map(TextModel text, Place place, Tensor weights, int[] read, int[] said) {
        float[] flat = weights.toFloats(); // [1, H, T, S]
        float[][][] byHead = new float[(int) weights.size(1)][said.length][read.length];
        int at = 0;
        for (float[][] head : byHead) {
            for (float[] row : head) {
                System.arraycopy(flat, at, row, 0, row.length);
                at += row.length;
            }
        }
        return new AttentionMap(place.toString(), symbols(text, said), symbols(text, read), byHead);
    }

    private static List<String> symbols(TextModel text, int[] ids) {
        return Arrays.stream(ids).mapToObj(text.tokenizer()::token).toList();
    }
}
