package io.attend.verify;

import io.attend.architecture.Inputs;
import io.attend.embedding.PermutedTokens;
import io.attend.embedding.Tokens;
import io.attend.huggingface.MapLayout;
import io.attend.huggingface.Pretrained;
import io.attend.huggingface.Usage;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.router.Routing;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the model makes of given inputs, by the names Hugging Face has for it. Each pass runs when the first
/// name that needs it is asked for.
final class Actual {
    private static final Pattern STATES =
            Pattern.compile("out\\.(|encoder_|decoder_|cross_)(hidden|attention)\\.(\\d+)");
    private static final Pattern TWO_STREAMS = Pattern.compile("out\\.attention\\.(\\d+)\\.([01])");
    private static final Pattern AHEAD =
            Pattern.compile("out\\.(?:|decoder_)ngram_(hidden_states|attentions)\\.(\\d+)");
    private static final Pattern GLOBAL = Pattern.compile("out\\.(|encoder_)global_attentions?\\.(\\d+)");
    private static final Pattern REMEMBERED = Pattern.compile("out\\.mems\\.(\\d+)");

    private final Pretrained pretrained;
    private final Transformer model;
    private final Usage usage;
    private final io.attend.verify.Inputs given;
    private final Lifetime home = Lifetime.current();
    private final boolean twoStacks;
    private final Optional<boolean[]> keep;

    private final Watched watched;
    private final Drawn drawn;
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Map<String, Tensor> gradients = new LinkedHashMap<>();
    private Optional<Tensor> loss = Optional.empty();
    private Optional<Routers> routers = Optional.empty();

    private final Texts texts;

    /// A tensor, and which rows of it mean something.
    record Value(Tensor tensor, Optional<boolean[]> keep) {}

    /// @param written how many tokens a text gets
    Actual(Pretrained pretrained, io.attend.verify.Inputs given, int written) {
        this.pretrained = pretrained;
        this.model = pretrained.model();
        this.usage = pretrained.mapping().usage();
        this.watched = new Watched(usage);
        this.given = given;
        this.drawn = new Drawn(given, usage.extras().drawn());
        this.twoStacks = model.architecture().topology().stacks().size() > 1;
        this.texts = new Texts(pretrained, given, () -> inputs().source(), written);
        this.keep = given.mask("attention_mask").map(Actual::truths);
    }

    private static boolean[] truths(Tensor mask) {
        long[] numbers = mask.toLongs();
        boolean[] truths = new boolean[numbers.length];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = numbers[i] != 0;
        }
        return truths;
    }

    /// The tensor of that name, if the model gives one.
    Optional<Value> value(String name) {
        if (name.startsWith("grad.")) {
            return gradient(name.substring("grad.".length())).map(Actual::whole);
        }
        if (name.startsWith("gradnorm.")) {
            return gradient(name.substring("gradnorm.".length()))
                    .map(gradient -> whole(gradient.square().sum().sqrt().reshape(1)));
        }
        Matcher states = STATES.matcher(name);
        if (states.matches()) {
            forward();
            return state(states.group(1), states.group(2), Integer.parseInt(states.group(3)));
        }
        Matcher streams = TWO_STREAMS.matcher(name);
        if (streams.matches()) {
            forward();
            boolean asked = streams.group(2).equals("1");
            return watched.attention(
                            stack(""), Integer.parseInt(streams.group(1)), asked ? "attention.query" : "attention")
                    .map(asked ? Actual::whole : this::rows);
        }
        Matcher ahead = AHEAD.matcher(name);
        if (ahead.matches()) {
            forward();
            return ahead(ahead.group(1), Integer.parseInt(ahead.group(2)));
        }
        Matcher global = GLOBAL.matcher(name);
        if (global.matches()) {
            forward();
            return global(stack(global.group(1)), Integer.parseInt(global.group(2)))
                    .map(Actual::whole);
        }
        Matcher remembered = REMEMBERED.matcher(name);
        if (remembered.matches()) {
            forward();
            return remembered(Integer.parseInt(remembered.group(1))).map(Actual::whole);
        }
        return switch (name) {
            case "out.loss" -> {
                backward();
                yield loss.map(Actual::whole);
            }
            case "out.losses" -> {
                forward();
                yield losses();
            }
            case "out.greedy" -> Optional.of(whole(texts.greedy("gen_")));
            case "out.greedy_nocache" -> Optional.of(whole(texts.greedyAgain()));
            case "out.beam_nocache" -> Optional.of(whole(texts.beamAgain()));
            case "out.beam_nocache_scores" -> Optional.of(whole(texts.beamAgainScores()));
            case "out.greedy_leftpad" -> Optional.of(whole(texts.greedy("leftpad_")));
            case "out.beam" -> Optional.of(whole(texts.beam()));
            case "out.beam_scores" -> Optional.of(whole(texts.beamScores()));
            case "out.beam_eos" -> Optional.of(whole(texts.beamToEnd()));
            case "out.beam_eos_scores" -> Optional.of(whole(texts.beamToEndScores()));
            case "out.encoder_last_hidden_state" -> {
                forward();
                yield watched.output("encoder").map(this::rows);
            }
            case "out.sop_logits" -> { // the same question in ALBERT, whether two texts were swapped
                forward();
                yield Optional.ofNullable(outputs.get("seq_relationship_logits"))
                        .map(Actual::whole);
            }
            case "out.last_hidden_state_ngram" -> {
                forward();
                yield watched.output(stack("decoder_")).flatMap(this::behind).map(this::everyStream);
            }
            default -> {
                forward();
                String field = name.substring("out.".length());
                yield Optional.ofNullable(outputs.get(field))
                        .map(this::output)
                        .or(() -> routers.orElseThrow().value(field).map(made -> routed(field, made)));
            }
        };
    }

    private static Value whole(Tensor tensor) {
        return new Value(tensor, Optional.empty());
    }

    /// Of a tensor whose rows are those of the source, or of what it was pooled to.
    private Value rows(Tensor tensor) {
        boolean pooled = keep.isPresent()
                && tensor.rank() > 2
                && tensor.size(0) * tensor.size(tensor.rank() - 2) != keep.get().length;
        return new Value(tensor, pooled ? Optional.empty() : keep);
    }

    /// Of something the head gives: one row a position, or one a text.
    private Value output(Tensor tensor) {
        Tensor ids = given.require("input_ids");
        if (ids.rank() == 3) {
            return whole(tensor.reshape(ids.size(0), ids.size(1))); // a score of each text to choose from
        }
        boolean everyPosition = tensor.rank() >= 2
                && !twoStacks
                && tensor.size(1) == ids.size(1)
                && (tensor.rank() > 2
                        || given.find("start_positions").isPresent()
                        || given.find("labels")
                                .map(labels -> labels.shape().equals(ids.shape())
                                        && !labels.dtype().isFloating())
                                .orElse(false));
        return everyPosition ? rows(tensor) : whole(tensor);
    }

    /// Of something that routers made: one row a position of the stack, unless rows are put together.
    private Value routed(String field, Tensor tensor) {
        return tensor.rank() >= 2 && (!twoStacks || field.startsWith("encoder_")) ? rows(tensor) : whole(tensor);
    }

    private String stack(String prefix) {
        return switch (prefix) {
            case "encoder_" -> twoStacks ? "encoder" : only();
            case "decoder_", "cross_" -> twoStacks ? "decoder" : only();
            default -> only();
        };
    }

    private String only() {
        return model.architecture().topology().stacks().keySet().iterator().next();
    }

    private Optional<Value> state(String prefix, String what, int index) {
        String name = stack(prefix);
        boolean asked = given.find("target_mapping").isPresent();
        if (what.equals("hidden") && asked) { // content and query in turns
            Optional<Tensor> all = watched.hidden(name, index / 2);
            return index % 2 == 0
                    ? all.map(this::main).map(this::rows)
                    : all.flatMap(this::behind).map(Actual::whole);
        }
        Optional<MapLayout> layout = usage.extras().layout();
        if (what.equals("attention")
                && layout.isPresent()
                && name.equals(stack("encoder_"))
                && !prefix.equals("cross_")) {
            return watched.attention(name, index, "attention")
                    .map(pairs -> layout.get().of(index, pairs, pass(name, index)))
                    .map(laid -> laid.rows().isPresent() ? new Value(laid.map(), laid.rows()) : rows(laid.map()));
        }
        boolean scores = usage.extras().maps() == Usage.Maps.SCORES
                && List.of("encoder_", "cross_").contains(prefix);
        String branch = prefix.equals("cross_") ? "cross" : "attention";
        Optional<Tensor> found = what.equals("hidden")
                ? watched.hidden(name, index).map(this::main)
                : usage.extras().maps() == Usage.Maps.BRANCHES
                        ? watched.branch(name, index, "recurrence")
                        : scores ? watched.scores(name, index, branch) : watched.attention(name, index, branch);
        return found.map(tensor -> twoStacks && name.equals("decoder") ? whole(tensor) : filled(tensor, what));
    }

    /// Hidden states [B, T, E] as a class has them that fills texts up; what stands behind them is padding.
    private Value filled(Tensor x, String what) {
        long length = x.size(1);
        long missing = what.equals("hidden")
                ? usage.extras()
                        .layout()
                        .map(layout -> layout.padded(length) - length)
                        .orElse(0L)
                : 0;
        if (missing == 0) {
            return rows(x);
        }
        long batch = x.size(0);
        Tensor behind = Tensor.zeros(Shape.of(batch, missing, x.size(2)), x.dtype());
        Tensor real = Tensor.cat(
                1,
                keep.isPresent()
                        ? Tensor.of(keep.get(), batch, length)
                        : Tensor.ones(Shape.of(batch, length), DType.BOOL),
                Tensor.zeros(Shape.of(batch, missing), DType.BOOL));
        return new Value(Tensor.cat(1, x, behind), Optional.of(truths(real)));
    }

    private Optional<Tensor> global(String stack, int index) {
        return usage.extras()
                .layout()
                .flatMap(layout -> watched.attention(stack, index, "attention")
                        .flatMap(pairs -> layout.global(pairs, pass(stack, index))));
    }

    private MapLayout.Pass pass(String stack, int index) {
        return new MapLayout.Pass(given.mask("attention_mask"), what -> watched.shown(stack, index, "attention", what));
    }

    /// Of streams behind one another along the length, the first: what the tokens themselves became.
    private Tensor main(Tensor x) {
        long length = written();
        return x.size(1) > length && !isSource(x) ? x.narrow(1, 0, length) : x;
    }

    private Optional<Tensor> behind(Tensor x) {
        long length = written();
        return x.size(1) > length ? Optional.of(x.narrow(1, length, x.size(1) - length)) : Optional.empty();
    }

    private boolean isSource(Tensor x) {
        return twoStacks && x.size(1) == given.require("input_ids").size(1);
    }

    /// Tokens of the side that has streams.
    private long written() {
        Inputs inputs = inputs();
        return inputs.target().orElse(inputs.source()).length();
    }

    /// The streams that predict ahead: hidden states [B, n T, E], or maps [B, n, H, T, S + T].
    private Optional<Value> ahead(String what, int index) {
        String name = stack("decoder_");
        if (what.equals("hidden_states")) {
            return watched.hidden(name, index).flatMap(this::behind).map(this::everyStream);
        }
        long batch = given.require("input_ids").size(0);
        return watched.attention(name, index, "attention.ahead")
                .map(maps -> maps.reshape(batch, -1, maps.size(1), maps.size(2), maps.size(3)))
                .map(maps -> twoStacks ? whole(maps) : rows(maps));
    }

    /// Of rows that come once a stream.
    private Value everyStream(Tensor x) {
        if (twoStacks || keep.isEmpty()) {
            return whole(x);
        }
        boolean[] once = keep.get();
        int length = Math.toIntExact(written());
        int rows = Math.toIntExact(x.size(1));
        boolean[] all = new boolean[once.length / length * rows];
        for (int i = 0; i < all.length; i++) {
            all[i] = once[i / rows * length + i % rows % length];
        }
        return new Value(x, Optional.of(all));
    }

    /// The losses of the words asked for, -log p [B, N], those of a band behind those of the band before it.
    private Optional<Value> losses() {
        Tensor answers = usage.answers(labels());
        Tensor scores = outputs.get("prediction_scores"); // [B, T, V]
        if (scores == null || usage.extras().bands().isEmpty()) {
            return Optional.empty();
        }
        long asked = answers.size(1) - 1; // the last position is asked for nothing
        long[] words = answers.narrow(1, 0, asked).contiguous().toLongs();
        double[] found = scores.narrow(1, 0, asked)
                .gather(2, answers.narrow(1, 0, asked).clampMin(0).unsqueeze(2))
                .neg()
                .contiguous()
                .toDoubles();
        double[] sorted = new double[found.length];
        int next = 0;
        for (int band = 0; band <= usage.extras().bands().size(); band++) {
            for (int i = 0; i < found.length; i++) {
                if (words[i] >= 0 && band(words[i]) == band) {
                    sorted[next++] = found[i];
                }
            }
        }
        return Optional.of(whole(Tensor.of(sorted, answers.size(0), asked)));
    }

    private long band(long word) {
        return usage.extras().bands().stream().filter(end -> word >= end).count();
    }

    /// What a class gives back for the next text, [T, B, E]: what a layer takes along, or the hidden states
    /// that enter it, of the first so many positions the last so many.
    private Optional<Tensor> remembered(int layer) {
        Optional<Tensor> taken = watched.memory(only(), layer);
        if (taken.isPresent()) {
            return taken.map(memory -> memory.transpose(0, 1));
        }
        return usage.extras()
                .remembered()
                .flatMap(last -> watched.hidden(only(), layer)
                        .map(this::main)
                        .map(x -> x.narrow(
                                1,
                                0,
                                Math.min(x.size(1), usage.extras().reused().orElse(Integer.MAX_VALUE))))
                        .map(x -> {
                            long kept = Math.min(x.size(1), last.orElse(Integer.MAX_VALUE));
                            return x.narrow(1, x.size(1) - kept, kept).transpose(0, 1);
                        }));
    }

    // ---- passes ----

    private Inputs inputs() {
        Tensor ids = flat(given.require("input_ids"));
        Tokens counted = usage.tokens(
                ids,
                given.mask("attention_mask").map(Actual::flat),
                given.find("token_type_ids").map(Actual::flat));
        Tokens placed = given.find("position_ids")
                .map(Actual::flat)
                .map(positions -> new Tokens(ids, counted.keep(), counted.segments(), Optional.of(positions)))
                .orElse(counted);
        Tokens source = given.mask("global_attention_mask")
                .map(Actual::flat)
                .map(placed::global)
                .orElse(placed);
        Optional<Tensor> hidden = given.mask("perm_mask");
        Optional<Tensor> asked = given.find("target_mapping");
        if (hidden.isPresent() || asked.isPresent()) {
            return Inputs.of(new PermutedTokens(source, hidden, asked));
        }
        if (!twoStacks) {
            return Inputs.of(source);
        }
        Tensor target = given.find("decoder_input_ids")
                .orElseGet(() -> usage.target(given.find("labels")
                        .filter(labels -> labels.rank() == 2 && !labels.dtype().isFloating())
                        .orElse(ids)));
        return Inputs.of(source, usage.tokens(target, Optional.empty(), Optional.empty()));
    }

    /// Texts to choose from [B, C, T] as texts of their own [B C, T].
    private static Tensor flat(Tensor texts) {
        return texts.rank() == 3 ? texts.reshape(-1, texts.size(2)) : texts;
    }

    private void forward() {
        if (!outputs.isEmpty()) {
            return;
        }
        try (NoGradient _ = NoGradient.open();
                Lifetime _ = Lifetime.open()) {
            Context context = Context.inference().drawing(drawn).observed(watched);
            model.outputs(inputs(), context).forEach((name, tensor) -> outputs.put(name, home.adopt(tensor)));
            routers = Optional.of(new Routers(context.reports(Routing.class), usage, home));
        }
    }

    /// What the head is asked: labels, those of a pair of texts behind those of its words, or where a span
    /// begins and ends.
    private Tensor labels() {
        Optional<Tensor> first = given.find("start_positions");
        if (first.isPresent()) {
            return Tensor.stack(1, first.get(), given.require("end_positions")); // [B, 2]
        }
        Tensor labels = given.find("labels")
                .or(() -> given.find("next_sentence_label"))
                .orElseThrow(() -> new IllegalStateException("the file of expectations has no in.labels"));
        return given.find("next_sentence_label")
                .or(() -> given.find("sentence_order_label"))
                .filter(_ -> labels.rank() == 2)
                .map(pair -> Tensor.cat(1, labels, pair.reshape(-1, 1))) // [B, T + 1]
                .orElse(labels);
    }

    private void backward() {
        if (loss.isPresent()) {
            return;
        }
        Tensor labels = labels();
        model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
        try (Lifetime _ = Lifetime.open()) {
            Context context = Context.inference().drawing(drawn);
            double smoothing = usage.extras().smoothing();
            Tensor computed = usage.loss(model.loss(inputs(), usage.answers(labels), smoothing, context), context);
            loss = Optional.of(home.adopt(computed.detach()));
            computed.backward();
            Map<String, Tensor> all = new LinkedHashMap<>();
            for (Parameter weight : model.weights()) {
                Tensor numbers = weight.tensor();
                all.put(weight.name(), numbers.grad().orElseGet(() -> Tensor.zeros(numbers.shape(), numbers.dtype())));
            }
            try (NoGradient _ = NoGradient.open()) {
                pretrained
                        .table()
                        .join(all)
                        .forEach((name, gradient) -> gradients.put(name, home.adopt(gradient.clone())));
            }
        } finally {
            model.weights().forEach(weight -> weight.tensor().requiresGrad(false));
        }
    }

    private Optional<Tensor> gradient(String name) {
        backward();
        return Optional.ofNullable(gradients.get(pretrained.table().written(name)));
    }
}
