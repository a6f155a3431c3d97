package io.attend.data;

import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Questions about texts as SQuAD has them, versions 1.1 and 2.0: JSON, UTF-8, packed with gzip if the name
/// ends in `.gz`.
///
///     {"data": [{"paragraphs": [{"context": "...", "qas": [{"question": "...", "answers":
///         [{"text": "...", "answer_start": 17}], "is_impossible": false}]}]}]}
///
/// Of several answers the first is taken; a question without any has none in its text. Where an answer begins
/// is counted in Unicode code points, as Python counts.
///
/// @param path the questions to learn from
/// @param heldOutPath the questions to be judged by
@Source(paper = "SQuAD: 100,000+ Questions for Machine Comprehension of Text", arxiv = "1606.05250")
public record SquadFile(String path, String heldOutPath) implements Dataset {
    public static final SquadFile EXAMPLE = new SquadFile("train-v1.1.json", "dev-v1.1.json");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Override
    public List<Question> training(long seed) {
        return read(path);
    }

    @Override
    public List<Question> heldOut(long seed) {
        return read(heldOutPath);
    }

    private static List<Question> read(String path) {
        JsonNode whole;
        try {
            whole = JSON.readTree(Lines.text(path));
        } catch (JacksonException e) {
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new IllegalArgumentException(path + ": no JSON: " + reason, e);
        }
        List<Question> questions = new ArrayList<>();
        int article = 0;
        for (JsonNode about : list(whole, "data", path)) {
            String place = path + ": data[" + article++ + "]";
            int paragraph = 0;
            for (JsonNode part : list(about, "paragraphs", place)) {
                String within = place + ".paragraphs[" + paragraph++ + "]";
                String context = text(part, "context", within);
                int number = 0;
                for (JsonNode asked : list(part, "qas", within)) {
                    questions.add(question(asked, context, within + ".qas[" + number++ + "]"));
                }
            }
        }
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(path + " has no questions; it needs some in data, paragraphs, qas");
        }
        return questions;
    }

    private static Question question(JsonNode asked, String context, String place) {
        String question = text(asked, "question", place);
        JsonNode answers = list(asked, "answers", place);
        if (answers.isEmpty() || asked.path("is_impossible").asBoolean(false)) {
            return new Question(question, context, "", 0);
        }
        JsonNode first = answers.get(0);
        String answer = text(first, "text", place + ".answers[0]");
        JsonNode start = first.path("answer_start");
        int points = start.isInt() ? start.intValue() : -1;
        if (points < 0 || points > context.codePointCount(0, context.length())) {
            throw new IllegalArgumentException(place + ".answers[0]: answer_start must be a place in the context, not "
                    + (start.isMissingNode() ? "absent" : start.toString()));
        }
        try {
            return new Question(question, context, answer, context.offsetByCodePoints(0, points));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode list(JsonNode node, String key, String place) {
        JsonNode list = node.path(key);
        if (!list.isArray()) {
            throw new IllegalArgumentException(place + " has no list \"" + key + "\"; SQuAD files have one there");
        }
        return list;
    }

    private static String text(JsonNode node, String key, String place) {
        JsonNode text = node.path(key);
        if (!text.isString()) {
            throw new IllegalArgumentException(place + " has no text \"" + key + "\"; SQuAD files have one there");
        }
        return text.stringValue();
    }
}
