package io.attend.generation;

import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The search of [Beam]. Every text has `beams` rows of the batch; texts that are done leave it.
final class BeamSearch {
    /// What the beams of a text that are not its first start with: they are copies of it, and must not be
    /// chosen.
    private static final float COPY = -1e9f;

    private final Beam beam;
    private final Transformer model;
    private final Start start;
    private final int groupSize;

    BeamSearch(Beam beam, Transformer model, Start start) {
        this.beam = beam;
        this.model = model;
        this.start = start;
        this.groupSize = beam.beams() / beam.groupCount();
    }

    List<List<Written>> run() {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session session = start.session(model)) {
            List<Text> texts =
                    Arrays.stream(start.prompt().rows()).map(Text::new).toList();
            List<Text> going = texts;
            for (int written = 1; written <= beam.limit(); written++) {
                float[][] chances =
                        written == 1 ? repeated(chances(session, start.prompt())) : chances(session, last(going));
                for (int i = 0; i < going.size(); i++) {
                    going.get(i).step(Arrays.copyOfRange(chances, i * beam.beams(), (i + 1) * beam.beams()), written);
                }
                List<Text> now = going;
                going = now.stream().filter(text -> !text.done()).toList();
                if (going.isEmpty() || written == beam.limit()) {
                    break;
                }
                follow(session, now, written == 1);
            }
            return texts.stream().map(Text::best).toList();
        }
    }

    /// Log-probabilities of the next tokens, one row a row of the batch.
    private static float[][] chances(Session session, Tokens next) {
        try (Lifetime _ = Lifetime.open()) {
            return Scores.rows(session.next(next).logSoftmax(-1)); // [B, V]
        }
    }

    /// A prompt goes through the model once, whatever the number of beams.
    private float[][] repeated(float[][] rows) {
        return Stream.of(rows)
                .flatMap(row -> Stream.generate(row::clone).limit(beam.beams()))
                .toArray(float[][]::new);
    }

    private static Tokens last(List<Text> going) {
        long[] tokens = going.stream()
                .flatMap(text -> text.beams.stream())
                .mapToLong(Hypothesis::last)
                .toArray();
        return Tokens.of(Tensor.of(tokens, tokens.length, 1));
    }

    /// Makes the session's rows those of the beams that go on.
    private void follow(Session session, List<Text> before, boolean first) {
        List<Long> rows = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).done()) {
                for (Hypothesis one : before.get(i).beams) {
                    rows.add((long) (first ? i : i * beam.beams() + one.parent));
                }
            }
        }
        session.select(Tensor.of(rows.stream().mapToLong(row -> row).toArray()));
    }

    /// A beginning or a whole text.
    ///
    /// @param tokens the prompt included
    /// @param sum logarithm of its chance
    /// @param parent which beam of the step before it goes on from
    private record Hypothesis(int[] tokens, float sum, int parent) {
        long last() {
            return tokens[tokens.length - 1];
        }

        Hypothesis with(int token, float total, int from) {
            int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
            longer[tokens.length] = token;
            return new Hypothesis(longer, total, from);
        }
    }

    private record Whole(int[] tokens, OptionalInt end, double score) {}

    private record Candidate(int parent, int token, float sum) {}

    /// The beams of one prompt.
    private final class Text {
        private final int prompt;
        private List<Hypothesis> beams;
        private final List<Group> groups;

        Text(int[] prompt) {
            this.prompt = prompt.length;
            this.beams = IntStream.range(0, beam.beams())
                    .mapToObj(i -> new Hypothesis(prompt, i % groupSize == 0 ? 0 : COPY, i))
                    .toList();
            this.groups = Stream.generate(Group::new).limit(beam.groupCount()).toList();
        }

        boolean done() {
            return groups.stream().allMatch(group -> group.done);
        }

        void step(float[][] chances, int written) {
            List<Hypothesis> next = new ArrayList<>();
            List<Integer> chosen = new ArrayList<>();
            for (int g = 0; g < beam.groupCount(); g++) {
                Group group = groups.get(g);
                int first = g * groupSize;
                if (group.done) {
                    for (int i = first; i < first + groupSize; i++) {
                        Hypothesis over = beams.get(i); // goes on only to keep its rows
                        next.add(over.with((int) over.last(), over.sum, i));
                    }
                    continue;
                }
                List<Hypothesis> going = group.choose(candidates(chances, first, chosen, written), beams, written);
                going.forEach(one -> chosen.add((int) one.last()));
                next.addAll(going);
            }
            beams = next;
        }

        /// The best continuations of a group's beams, best first: enough of them that, whichever end a text, as
        /// many as beams go on.
        private List<Candidate> candidates(float[][] chances, int first, List<Integer> chosen, int written) {
            List<Candidate> all = new ArrayList<>();
            int wanted = Math.max(2, 1 + start.ends().size()) * groupSize;
            for (int i = first; i < first + groupSize; i++) {
                float[] row = chances[i];
                int[] before = beams.get(i).tokens;
                for (Rule rule : beam.rules()) {
                    rule.apply(row, before);
                }
                start.constraint()
                        .apply(row, Arrays.copyOfRange(before, prompt, before.length), beam.limit() - written + 1);
                chosen.forEach(token -> row[token] -= (float) beam.diversity());
                float sum = beams.get(i).sum;
                float least = wanted < row.length ? Scores.ranked(row, wanted) : Float.NEGATIVE_INFINITY;
                for (int token = 0; token < row.length; token++) {
                    if (row[token] >= least) {
                        all.add(new Candidate(i, token, row[token] + sum));
                    }
                }
            }
            return all.stream()
                    .sorted(Comparator.comparingDouble((Candidate one) -> one.sum)
                            .reversed())
                    .limit(wanted)
                    .toList();
        }

        List<Written> best() {
            for (int g = 0; g < beam.groupCount(); g++) {
                if (!groups.get(g).done) {
                    for (Hypothesis one : beams.subList(g * groupSize, (g + 1) * groupSize)) {
                        groups.get(g).add(one.tokens, OptionalInt.empty(), one.sum, one.tokens.length - prompt);
                    }
                }
            }
            return groups.stream()
                    .flatMap(group -> group.whole.stream())
                    .sorted(Comparator.comparingDouble(Whole::score).reversed())
                    .map(one -> new Written(
                            Arrays.copyOfRange(one.tokens, prompt, one.tokens.length),
                            one.end,
                            OptionalDouble.of(one.score)))
                    .toList();
        }
    }

    /// Beams that compete with one another, and the whole texts they have made.
    private final class Group {
        private final List<Whole> whole = new ArrayList<>();
        private boolean done;

        List<Hypothesis> choose(List<Candidate> candidates, List<Hypothesis> beams, int written) {
            List<Hypothesis> going = new ArrayList<>();
            for (int rank = 0; rank < candidates.size() && going.size() < groupSize; rank++) {
                Candidate one = candidates.get(rank);
                int[] before = beams.get(one.parent).tokens;
                if (!start.ends().contains(one.token)) {
                    going.add(beams.get(one.parent).with(one.token, one.sum, one.parent));
                } else if (rank < groupSize) { // an end further down is worse than a beam that goes on
                    add(before, OptionalInt.of(one.token), one.sum, written);
                }
            }
            while (going.size() < groupSize) { // a vocabulary of hardly more than ends: rows that cannot win
                Candidate any = candidates.getFirst();
                going.add(beams.get(any.parent).with(any.token, COPY, any.parent));
            }
            done = isDone(candidates.getFirst().sum, written);
            return going;
        }

        void add(int[] tokens, OptionalInt end, float sum, int length) {
            double score = sum / Math.pow(length, beam.lengthPenalty());
            if (whole.size() == groupSize) {
                Whole worst = worst();
                if (score <= worst.score) {
                    return;
                }
                whole.remove(worst);
            }
            whole.add(new Whole(tokens, end, score));
        }

        private Whole worst() {
            return whole.stream().min(Comparator.comparingDouble(Whole::score)).orElseThrow();
        }

        private boolean isDone(float best, int written) {
            if (whole.size() < groupSize) {
                return false;
            }
            boolean grows = beam.stopping() == Beam.Stopping.CERTAIN && beam.lengthPenalty() > 0;
            int length = grows ? beam.limit() : written;
            return beam.stopping() == Beam.Stopping.ENOUGH
                    || worst().score >= best / Math.pow(length, beam.lengthPenalty());
        }
    }
}
