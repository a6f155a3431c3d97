package io.attend.training;

import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Inputs;
import io.attend.checkpoint.RunFolder;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.inspect.Tree;
import io.attend.layer.Context;
import io.attend.layer.Observer;
import io.attend.layer.Place;
import io.attend.objective.Objective;
import io.attend.objective.TeacherForcing;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.training.report.AttentionMap;
import io.attend.training.report.Chart;
import io.attend.training.report.Fact;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Report;
import io.attend.training.report.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The `report.html` of a run: what it learned, how, and where its decoder looked.
final class RunReport {
    private RunReport() {}

    static void write(
            RunFolder folder, Recipe recipe, TextModel text, Trainer.Outcome outcome, Objective.Judged judged) {
        List<Fact> facts = new ArrayList<>();
        outcome.measures()
                .forEach((name, number) -> facts.add(new Fact(Figures.words(name), Figures.figure(name, number))));
        facts.add(new Fact("parameters", String.format(Locale.ROOT, "%,d", outcome.parameters())));
        facts.add(new Fact("steps", Figures.steps(outcome, recipe.steps()).replace(" steps", "")));
        facts.add(new Fact("time", String.format(Locale.ROOT, "%.0f s", outcome.seconds())));
        try {
            new Report(
                            folder.path().getFileName().toString(),
                            about(recipe),
                            facts,
                            Chart.of(MetricsLog.read(folder.metrics())),
                            judged.shown().stream()
                                    .map(shown -> new Sample(
                                            shown.input(), shown.expected(), shown.written(), maps(text, shown)))
                                    .toList(),
                            Tree.of(text.model().architecture()))
                    .write(folder.report());
        } catch (IOException e) {
            throw new UncheckedIOException(folder.report() + " cannot be written", e);
        }
    }

    private static String about(Recipe recipe) {
        String run = "Trained by Attend: " + recipe.steps() + " steps of " + recipe.batch() + " examples, seed "
                + recipe.seed() + ".";
        return !(recipe.objective() instanceof TeacherForcing forcing) || forcing.smoothing() == 0
                ? run
                : run + " The training loss counts what only helps to learn, such as label smoothing, and cannot reach"
                        + " zero; the validation loss does not.";
    }

    /// Where a decoder that writes about a source looked, if the model is one.
    private static List<AttentionMap> maps(TextModel text, Objective.Shown shown) {
        List<AttentionMap> maps = new ArrayList<>();
        if (!(text.model().architecture().topology() instanceof EncoderDecoder)) {
            return maps;
        }
        TextModel.Words words = new TextModel.Words(text.tokenizer());
        int[] read = words.ended(shown.input());
        int[] said = words.ended(shown.written());
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Observer observer = (place, what, weights) -> {
                if (what.equals("attention") && place.toString().endsWith(".cross")) {
                    maps.add(map(text, place, weights, read, said));
                }
            };
            long[] shifted = new long[said.length];
            shifted[0] = words.begin();
            for (int i = 1; i < said.length; i++) {
                shifted[i] = said[i - 1];
            }
            text.model()
                    .forward(
                            Inputs.of(
                                    Tokens.of(Tensor.of(
                                            Arrays.stream(read).asLongStream().toArray(), 1, read.length)),
                                    Tokens.of(Tensor.of(shifted, 1, shifted.length))),
                            Context.inference().observed(observer));
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
