package io.attend.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Our metrics against those of the tools whose numbers are published: see metric/README.md.
class KnownAnswersTest {
    private static final JsonNode KNOWN = new JsonMapper()
            .readTree(
                    Path.of("src", "test", "resources", "metric", "known.json").toFile());

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asString()));
        return texts;
    }

    private static double[] numbers(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asDouble();
        }
        return numbers;
    }

    private static int[] classes(JsonNode array) {
        int[] classes = new int[array.size()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = array.get(i).asInt();
        }
        return classes;
    }

    private static List<String> hypotheses(JsonNode entry) {
        return texts(KNOWN.get("corpora").get(entry.get("corpus").asInt()).get("hypotheses"));
    }

    private static List<List<String>> references(JsonNode entry) {
        List<List<String>> references = new ArrayList<>();
        KNOWN.get("corpora")
                .get(entry.get("corpus").asInt())
                .get("references")
                .forEach(one -> references.add(texts(one)));
        return references;
    }

    private static BleuTokens tokens(JsonNode entry) {
        return switch (entry.get("tok").asString()) {
            case "none" -> BleuTokens.NONE;
            case "13a" -> BleuTokens.WMT;
            case "intl" -> BleuTokens.INTERNATIONAL;
            case "char" -> BleuTokens.CHARACTERS;
            case "zh" -> BleuTokens.CHINESE;
            default -> throw new AssertionError(entry);
        };
    }

    private static Bleu.Letters letters(JsonNode entry) {
        return entry.get("lower").asBoolean() ? Bleu.Letters.LOWERCASED : Bleu.Letters.CASED;
    }

    @Test
    void wordsAreSacreBleus() {
        assertThat(KNOWN.get("tokens")).hasSize(75);
        for (JsonNode entry : KNOWN.get("tokens")) {
            assertThat(tokens(entry).split(entry.get("text").asString()))
                    .as("%s", entry)
                    .isEqualTo(texts(entry.get("words")));
        }
    }

    @Test
    void bleuIsSacreBleus() {
        assertThat(KNOWN.get("bleu")).hasSize(320);
        for (JsonNode entry : KNOWN.get("bleu")) {
            Bleu.Smoothing.Kind kind = switch (entry.get("smooth").asString()) {
                case "exp" -> Bleu.Smoothing.Kind.EXP;
                case "floor" -> Bleu.Smoothing.Kind.FLOOR;
                case "add-k" -> Bleu.Smoothing.Kind.ADD_K;
                default -> Bleu.Smoothing.Kind.NONE;
            };
            Bleu bleu = new Bleu(
                    tokens(entry),
                    new Bleu.Smoothing(kind, entry.get("value").asDouble()),
                    letters(entry),
                    entry.get("effective").asBoolean() ? Bleu.Order.EFFECTIVE : Bleu.Order.FULL);
            List<List<String>> references = references(entry);
            Bleu.Score score = bleu.corpus(hypotheses(entry), references);
            assertThat(score.score())
                    .as("%s", entry)
                    .isCloseTo(entry.get("score").asDouble(), within(1e-9));
            assertThat(score).as("%s", entry).hasToString(entry.get("line").asString());
            assertThat(bleu.signature(references.getFirst().size()))
                    .isEqualTo(entry.get("signature").asString().replace("version:2.6.0", "version:attend"));
        }
    }

    @Test
    void chrfIsSacreBleus() {
        assertThat(KNOWN.get("chrf")).hasSize(64);
        for (JsonNode entry : KNOWN.get("chrf")) {
            Chrf chrf =
                    new Chrf(6, entry.get("beta").asDouble(), entry.get("words").asInt(), letters(entry));
            List<List<String>> references = references(entry);
            assertThat(chrf.corpus(hypotheses(entry), references))
                    .as("%s", entry)
                    .isCloseTo(entry.get("score").asDouble(), within(1e-9));
            assertThat(chrf.signature(references.getFirst().size()))
                    .isEqualTo(entry.get("signature").asString().replace("version:2.6.0", "version:attend"));
        }
    }

    @Test
    void stemsAreNltks() {
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, String> got = new LinkedHashMap<>();
        KNOWN.get("porter").properties().forEach(entry -> {
            expected.put(entry.getKey(), entry.getValue().asString());
            got.put(entry.getKey(), PorterStemmer.stem(entry.getKey()));
        });
        assertThat(expected).hasSize(156);
        assertThat(got).isEqualTo(expected);
    }

    @Test
    void classificationIsScikitLearns() {
        assertThat(KNOWN.get("classes")).hasSize(4);
        for (JsonNode entry : KNOWN.get("classes")) {
            Classification score = Classification.of(classes(entry.get("predicted")), classes(entry.get("wanted")));
            assertThat(score.accuracy()).isCloseTo(entry.get("accuracy").asDouble(), within(1e-12));
            assertThat(score.microF1()).isCloseTo(entry.get("micro").asDouble(), within(1e-12));
            assertThat(score.macroF1()).isCloseTo(entry.get("macro").asDouble(), within(1e-12));
            assertThat(score.f1(1)).isCloseTo(entry.get("one").asDouble(), within(1e-12));
            assertThat(score.matthews()).isCloseTo(entry.get("matthews").asDouble(), within(1e-12));
        }
    }

    @Test
    void correlationIsSciPys() {
        assertThat(KNOWN.get("correlation")).hasSize(2);
        for (JsonNode entry : KNOWN.get("correlation")) {
            double[] x = numbers(entry.get("x"));
            double[] y = numbers(entry.get("y"));
            assertThat(Correlation.pearson(x, y)).isCloseTo(entry.get("pearson").asDouble(), within(1e-12));
            assertThat(Correlation.spearman(x, y))
                    .isCloseTo(entry.get("spearman").asDouble(), within(1e-12));
        }
    }

    @Test
    void gainIsScikitLearns() {
        assertThat(KNOWN.get("ndcg")).hasSize(3);
        for (JsonNode entry : KNOWN.get("ndcg")) {
            double[] gains = numbers(entry.get("gains"));
            List<Integer> ranked = new ArrayList<>();
            Map<Integer, Double> relevant = new LinkedHashMap<>();
            for (int i = 0; i < gains.length; i++) {
                ranked.add(i);
                relevant.put(i, gains[i]);
            }
            assertThat(Ranking.ndcg(entry.get("k").asInt(), ranked, relevant))
                    .isCloseTo(entry.get("score").asDouble(), within(1e-12));
        }
    }
}
