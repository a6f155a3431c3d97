package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.model.WordPiece;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The labelled parts of a text, such as the names in it.
///
///     attend run tag bert-ner "Angela Merkel was born in Hamburg"
///
/// Labels that begin with `B-` begin a part, those with `I-` or no such beginning go on with one of the same
/// name. The score of a part is the mean of its members'. Whether a token goes on with a word is seen as
/// Hugging Face's pipeline sees it: by its prefix where the vocabulary has one, otherwise by a space before it.
///
/// @param aggregation how labels of tokens become labels of parts
/// @param ignored labels that say a token belongs to nothing
/// @param excess what is done with a text that is too long
@Source(
        paper = "Introduction to the CoNLL-2003 Shared Task: Language-Independent Named Entity Recognition",
        reference = "Tjong Kim Sang and De Meulder, CoNLL 2003")
public record Tag(
        @Default("\"simple\"") Aggregation aggregation,
        @Default("[\"O\"]") List<String> ignored,
        @Default("\"refused\"") Excess excess)
        implements Task<List<Tag.Part>> {
    public static final Tag EXAMPLE = new Tag(Aggregation.SIMPLE, List.of("O"), Excess.REFUSED);
    public static final Tag WORDS = new Tag(Aggregation.AVERAGE, List.of("O"), Excess.CUT);

    /// A part of the text, `text.substring(start, end)`.
    public record Part(String label, double score, String text, int start, int end) {}

    public Tag {
        ignored = List.copyOf(ignored);
    }

    @Override
    public String verb() {
        return "tag";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.gives() == Gives.TAGS ? Optional.empty() : Optional.of("it has no labels of words");
    }

    /// A token or a word with the chances of its labels.
    private record Piece(double[] chances, int start, int end) {}

    @Override
    public List<List<Part>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            List<Encoding> encodings = excess.encode(model, inputs);
            double[][] logits = Checks.rows(model.scores(encodings)); // [B, T · labels]
            int longest = encodings.stream().mapToInt(Encoding::size).max().orElseThrow();
            List<List<Part>> all = new ArrayList<>();
            for (int row = 0; row < encodings.size(); row++) {
                String text = inputs.get(row).getFirst();
                all.add(parts(model, text, encodings.get(row), logits[row], logits[row].length / longest));
            }
            return all;
        }
    }

    /// The parts of one text, from the scores of its tokens [T · labels].
    List<Part> parts(TextModel model, String text, Encoding encoding, double[] logits, int labels) {
        List<Piece> pieces = new ArrayList<>();
        List<Piece> word = new ArrayList<>();
        int[] special = encoding.specialMask();
        for (int i = 0; i < encoding.size(); i++) {
            if (special[i] == 1) {
                continue;
            }
            double[] chances = Checks.softmax(Arrays.copyOfRange(logits, i * labels, (i + 1) * labels));
            Piece token = new Piece(chances, encoding.start(i), encoding.end(i));
            if (!aggregation.wordwise()) {
                pieces.add(token);
                continue;
            }
            if (!word.isEmpty() && !goesOn(model, text, encoding, i)) {
                pieces.add(joined(word));
                word.clear();
            }
            word.add(token);
        }
        if (!word.isEmpty()) {
            pieces.add(joined(word));
        }
        List<Part> labelled = pieces.stream()
                .map(piece -> {
                    int best = Checks.best(piece.chances, 1)[0];
                    return new Part(
                            model.label(best),
                            piece.chances[best],
                            text.substring(piece.start, piece.end),
                            piece.start,
                            piece.end);
                })
                .toList();
        List<Part> parts = aggregation == Aggregation.NONE ? labelled : grouped(labelled, text);
        return parts.stream().filter(part -> !ignored.contains(part.label)).toList();
    }

    private Piece joined(List<Piece> word) {
        return new Piece(
                aggregation.word(word.stream().map(Piece::chances).toList()),
                word.getFirst().start,
                word.getLast().end);
    }

    /// Whether a token goes on with the word before it.
    private static boolean goesOn(TextModel model, String text, Encoding encoding, int token) {
        int id = encoding.id(token);
        if (model.tokenizer().unk().isPresent() && model.tokenizer().unk().getAsInt() == id) {
            return false;
        }
        int start = encoding.start(token);
        if (prefixed(model.tokenizer().pipeline().model())) {
            String piece = model.tokenizer().token(id);
            String surface = text.substring(start, encoding.end(token));
            return piece.codePointCount(0, piece.length()) != surface.codePointCount(0, surface.length());
        }
        return start > 0
                && !text.substring(start - 1, Math.min(start + 1, text.length()))
                        .contains(" ");
    }

    private static boolean prefixed(Model model) {
        return switch (model) {
            case WordPiece words -> !words.continuingSubwordPrefix().isEmpty();
            case Bpe pairs ->
                pairs.continuingSubwordPrefix()
                        .filter(prefix -> !prefix.isEmpty())
                        .isPresent();
            default -> false;
        };
    }

    private static List<Part> grouped(List<Part> labelled, String text) {
        List<Part> groups = new ArrayList<>();
        List<Part> group = new ArrayList<>();
        for (Part part : labelled) {
            boolean together = !group.isEmpty()
                    && name(part.label).equals(name(group.getLast().label))
                    && !part.label.startsWith("B-");
            if (!group.isEmpty() && !together) {
                groups.add(whole(group, text));
                group.clear();
            }
            group.add(part);
        }
        if (!group.isEmpty()) {
            groups.add(whole(group, text));
        }
        return groups;
    }

    private static String name(String label) {
        return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
    }

    private static Part whole(List<Part> group, String text) {
        String label = group.getFirst().label;
        int start = group.getFirst().start;
        int end = group.getLast().end;
        double score = group.stream().mapToDouble(Part::score).average().orElseThrow();
        return new Part(label.substring(label.indexOf('-') + 1), score, text.substring(start, end), start, end);
    }

    @Override
    public String shown(List<Part> answer) {
        return answer.stream()
                .map(part -> String.format(Locale.ROOT, "%.4f  %s  %s", part.score, part.label, part.text))
                .collect(Collectors.joining("\n"));
    }
}
