package io.attend.verify;

import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.generation.Beam;
import io.attend.generation.Decoding;
import io.attend.generation.Greedy;
import io.attend.generation.Written;
import io.attend.huggingface.Pretrained;
import io.attend.huggingface.Usage;
import io.attend.model.Remembering;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// What the model writes: greedily and by beams, from prompts or about a source.
final class Texts {
    private static final int BEAMS = 3;

    private final Transformer model;
    private final Usage usage;
    private final Inputs given;
    private final Supplier<Input> source;
    private final int written;
    private final Map<Search, List<Written>> known = new LinkedHashMap<>();

    private record Search(Beam how, Set<Integer> ends, Remembering remembering) {}

    Texts(Pretrained pretrained, Inputs given, Supplier<Input> source, int written) {
        this.model = pretrained.model();
        this.usage = pretrained.mapping().usage();
        this.given = given;
        this.source = source;
        this.written = written;
    }

    Tensor greedy(String prefix) {
        Tokens prompt = prompt(prefix);
        return tensor(prompt, new Greedy(written).write(model, start(prompt, Set.of(), Remembering.STATES)));
    }

    /// As written without a cache: another text where positions depend on how long the text has become.
    Tensor greedyAgain() {
        Tokens prompt = prompt("gen_");
        return tensor(prompt, new Greedy(written).write(model, start(prompt, Set.of(), Remembering.TOKENS)));
    }

    Tensor beamAgain() {
        return tensor(prompt("gen_"), beams(1, Set.of(), Remembering.TOKENS));
    }

    Tensor beamAgainScores() {
        return scores(beams(1, Set.of(), Remembering.TOKENS));
    }

    Tensor beam() {
        return tensor(prompt("gen_"), beams(1, Set.of(), Remembering.STATES));
    }

    Tensor beamScores() {
        return scores(beams(1, Set.of(), Remembering.STATES));
    }

    Tensor beamToEnd() {
        return tensor(prompt("gen_"), ended());
    }

    Tensor beamToEndScores() {
        return scores(ended());
    }

    private List<Written> ended() {
        return beams(
                given.require("beam_eos_length_penalty").item(),
                Set.of((int) given.require("beam_eos_token_id").item()),
                Remembering.STATES);
    }

    private List<Written> beams(double penalty, Set<Integer> ends, Remembering remembering) {
        return known.computeIfAbsent(
                new Search(Beam.of(BEAMS).limit(written).lengthPenalty(penalty), ends, remembering),
                search -> search.how.write(model, start(prompt("gen_"), ends, remembering)));
    }

    private boolean reads() {
        return model.architecture().topology().reads();
    }

    private Decoding.Start start(Tokens prompt, Set<Integer> ends, Remembering remembering) {
        return new Decoding.Start(reads() ? Optional.of(source.get()) : Optional.empty(), prompt, ends, remembering);
    }

    private Tokens prompt(String prefix) {
        if (reads()) {
            int batch = (int) given.require("input_ids").size(0);
            long[] starts = new long[batch];
            Arrays.fill(
                    starts,
                    usage.start()
                            .orElseThrow(() ->
                                    new IllegalStateException("the configuration names no decoder_start_token_id")));
            return usage.prompt(Tensor.of(starts, batch, 1), Optional.empty());
        }
        Tensor ids = given.require(prefix + "input_ids");
        return usage.prompt(ids, given.mask(prefix + "attention_mask"));
    }

    /// Prompts and what follows them, padded where a text ended before the longest.
    private Tensor tensor(Tokens prompt, List<Written> texts) {
        int longest = texts.stream().mapToInt(text -> ended(text).length).max().orElse(0);
        long[] rest = new long[texts.size() * longest];
        Arrays.fill(rest, usage.pad().orElse(0));
        for (int row = 0; row < texts.size(); row++) {
            int[] tokens = ended(texts.get(row));
            for (int i = 0; i < tokens.length; i++) {
                rest[row * longest + i] = tokens[i];
            }
        }
        return Tensor.cat(1, prompt.ids().to(DType.INT64), Tensor.of(rest, texts.size(), longest));
    }

    private static int[] ended(Written text) {
        if (text.end().isEmpty()) {
            return text.tokens();
        }
        int[] tokens = Arrays.copyOf(text.tokens(), text.tokens().length + 1);
        tokens[tokens.length - 1] = text.end().getAsInt();
        return tokens;
    }

    private static Tensor scores(List<Written> texts) {
        return Tensor.of(
                texts.stream().mapToDouble(text -> text.score().orElseThrow()).toArray(), texts.size());
    }
}
