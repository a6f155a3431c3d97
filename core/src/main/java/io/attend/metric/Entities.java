package io.attend.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How well entities are found, counted as seqeval and the CoNLL script do: an entity is right if its type, its
/// first and its last word are.
///
/// Tags are `O` or a letter, a dash and a type: `B-` begins an entity, `I-` is inside, `E-` ends and `S-` is a
/// whole one. IOB1, BIO and BIOES are read alike, and so are sequences that break their rules: an entity also
/// begins where the type changes or `I-` or `E-` follows `O`.
public final class Entities {
    private Entities() {}

    /// One entity.
    ///
    /// @param sentence which sentence it is in, from 0
    /// @param first its first word, from 0
    /// @param last its last word
    public record Entity(String type, int sentence, int first, int last) {}

    /// The entities of sentences of tags.
    ///
    /// @throws IllegalArgumentException naming a tag that is none
    public static List<Entity> of(List<List<String>> tags) {
        List<Entity> entities = new ArrayList<>();
        for (int i = 0; i < tags.size(); i++) {
            Tag before = Tag.OUTSIDE;
            int first = 0;
            for (int at = 0; at <= tags.get(i).size(); at++) {
                Tag tag = at == tags.get(i).size()
                        ? Tag.OUTSIDE
                        : Tag.of(tags.get(i).get(at));
                if (before.endsBefore(tag)) {
                    entities.add(new Entity(before.type, i, first, at - 1));
                }
                if (tag.beginsAfter(before)) {
                    first = at;
                }
                before = tag;
            }
        }
        return entities;
    }

    /// Over all entities alike (micro).
    ///
    /// @throws IllegalArgumentException if sentences differ in number or length, or there are none
    public static PrecisionRecall score(List<List<String>> predicted, List<List<String>> wanted) {
        check(predicted, wanted);
        return score(counts(of(predicted)), counts(of(wanted)));
    }

    /// Of each type.
    public static Map<String, PrecisionRecall> byType(List<List<String>> predicted, List<List<String>> wanted) {
        check(predicted, wanted);
        Map<String, Map<Entity, Integer>> found = byType(of(predicted));
        Map<String, Map<Entity, Integer>> sought = byType(of(wanted));
        Map<String, PrecisionRecall> scores = new TreeMap<>();
        found.keySet().forEach(type -> scores.put(type, new PrecisionRecall(0, 0)));
        sought.keySet().forEach(type -> scores.put(type, new PrecisionRecall(0, 0)));
        scores.replaceAll((type, _) -> score(found.getOrDefault(type, Map.of()), sought.getOrDefault(type, Map.of())));
        return scores;
    }

    /// The mean of the types' F1; 0 if there are no entities at all.
    public static double macroF1(List<List<String>> predicted, List<List<String>> wanted) {
        return byType(predicted, wanted).values().stream()
                .mapToDouble(PrecisionRecall::f1)
                .average()
                .orElse(0);
    }

    private static PrecisionRecall score(Map<Entity, Integer> predicted, Map<Entity, Integer> wanted) {
        return PrecisionRecall.of(Words.shared(wanted, predicted), Words.total(predicted), Words.total(wanted));
    }

    private static Map<Entity, Integer> counts(List<Entity> entities) {
        Map<Entity, Integer> counts = new LinkedHashMap<>();
        entities.forEach(entity -> counts.put(entity, 1));
        return counts;
    }

    private static Map<String, Map<Entity, Integer>> byType(List<Entity> entities) {
        Map<String, Map<Entity, Integer>> byType = new TreeMap<>();
        entities.forEach(entity ->
                byType.computeIfAbsent(entity.type, _ -> new LinkedHashMap<>()).put(entity, 1));
        return byType;
    }

    private static void check(List<List<String>> predicted, List<List<String>> wanted) {
        Pairs.check(predicted, wanted);
        for (int i = 0; i < predicted.size(); i++) {
            if (predicted.get(i).size() != wanted.get(i).size()) {
                throw new IllegalArgumentException(
                        "sentence " + (i + 1) + " has " + predicted.get(i).size() + " predicted tags and "
                                + wanted.get(i).size() + " wanted ones");
            }
        }
    }

    private record Tag(char place, String type) {
        private static final Tag OUTSIDE = new Tag('O', "");

        static Tag of(String text) {
            if (text.equals("O")) {
                return OUTSIDE;
            }
            if (!text.matches("[BIES](-.*)?")) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no tag; tags are O, B-TYPE, I-TYPE, E-TYPE or S-TYPE");
            }
            return new Tag(text.charAt(0), text.length() < 3 ? "_" : text.substring(2));
        }

        private boolean isOneOf(String places) {
            return places.indexOf(place) >= 0;
        }

        /// Whether an entity that this tag is in is over before the next tag.
        boolean endsBefore(Tag next) {
            return isOneOf("ES") || (isOneOf("BI") && (next.isOneOf("BSO") || !type.equals(next.type)));
        }

        /// Whether an entity begins with this tag.
        boolean beginsAfter(Tag before) {
            return isOneOf("BS") || (isOneOf("EI") && (before.isOneOf("ESO") || !type.equals(before.type)));
        }
    }
}
