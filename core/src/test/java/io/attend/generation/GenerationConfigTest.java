package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationConfigTest {
    private static final Set<Integer> ENDS = Set.of(2);

    @TempDir
    Path folder;

    private GenerationConfig config(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
        return GenerationConfig.of(folder);
    }

    private Decoding decoding(String json) throws IOException {
        GenerationConfig config = config(json);
        return config.decoding(5, config.limit(5), ENDS);
    }

    @Test
    void becomesADecoding() throws IOException {
        assertThat(decoding("{}")).isEqualTo(new Greedy(256));
        assertThat(decoding("{\"max_length\": 20, \"use_cache\": false}")).isEqualTo(new Greedy(15));
        assertThat(decoding("{\"max_length\": 20, \"max_new_tokens\": 7}")).isEqualTo(new Greedy(7));
        assertThat(decoding("""
                        {"do_sample": true, "temperature": 0.7, "top_k": 40, "top_p": 0.9, "min_p": 0.1, "typical_p": 0.8,
                         "epsilon_cutoff": 0.01, "eta_cutoff": 0.02, "max_new_tokens": 7}
                        """))
                .isEqualTo(new Sampling(
                        7,
                        1,
                        List.of(
                                new Temperature(0.7),
                                new TopK(40),
                                new TopP(0.9),
                                new MinP(0.1),
                                new Typical(0.8),
                                new Epsilon(0.01),
                                new Eta(0.02))));
        assertThat(decoding("{\"do_sample\": true, \"max_new_tokens\": 7}"))
                .as("50 words are kept where nothing is said")
                .isEqualTo(new Sampling(7, 1, List.of(new TopK(50))));
        assertThat(decoding("{\"do_sample\": true, \"top_k\": 0, \"max_new_tokens\": 7}"))
                .isEqualTo(new Sampling(7, 1, List.of()));
        assertThat(decoding("""
                        {"num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 0.3, "length_penalty": 2.0,
                         "early_stopping": true, "max_new_tokens": 7}
                        """))
                .isEqualTo(new Beam(7, 4, 2, Beam.Stopping.ENOUGH, Optional.of(new Beam.Groups(2, 0.3)), List.of()));
        assertThat(decoding("{\"num_beams\": 3, \"early_stopping\": \"never\", \"max_new_tokens\": 7}"))
                .isEqualTo(new Beam(7, 3, 1, Beam.Stopping.CERTAIN, Optional.empty(), List.of()));
        assertThat(decoding("""
                        {"repetition_penalty": 1.3, "no_repeat_ngram_size": 3, "bad_words_ids": [[7], [8, 9], [2]],
                         "min_length": 9, "forced_bos_token_id": 4, "forced_eos_token_id": [2], "suppress_tokens": [1, 3],
                         "begin_suppress_tokens": [6], "max_new_tokens": 7}
                        """))
                .isEqualTo(new Greedy(
                        7,
                        List.of(
                                new RepetitionPenalty(1.3),
                                new NoRepeat(3),
                                new BadWords(List.of(List.of(7), List.of(8, 9))),
                                new Without(List.of(2), 0, 9),
                                new Forced(1, 4),
                                new Forced(11, 2),
                                new Without(List.of(1, 3)),
                                new Without(List.of(6), 5, 6))));
        assertThat(decoding("{\"min_new_tokens\": 3, \"max_new_tokens\": 7}"))
                .isEqualTo(new Greedy(7, List.of(new Without(List.of(2), 0, 8))));
    }

    @Test
    void saysWhichTokensHaveARole() throws IOException {
        GenerationConfig config = config("""
                {"eos_token_id": [3, 5], "decoder_start_token_id": [7], "bos_token_id": 1, "stop_strings": "end",
                 "pad_token_id": null}
                """);
        assertThat(config.ends()).contains(Set.of(3, 5));
        assertThat(config.start()).hasValue(7);
        assertThat(config.begin()).hasValue(1);
        assertThat(config.pad()).isEmpty();
        assertThat(config.stops()).containsExactly("end");
        assertThat(config("{\"eos_token_id\": 3, \"stop_strings\": [\"a\", \"b\"]}")
                        .ends())
                .contains(Set.of(3));
    }

    /// Folders older than the file have its keys in `config.json`.
    @Test
    void readsTheKeysOfAnOlderFolder() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"d_model\": 32, \"num_beams\": 4, \"max_length\": 62}");
        GenerationConfig config = GenerationConfig.of(folder);
        assertThat(config.decoding(1, config.limit(1), ENDS))
                .isEqualTo(Beam.of(4).limit(61));
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        refused("{\"penalty_alpha\": 1.6}", "penalty 1.6 is outside [0, 1]");
        refused("{\"force_words_ids\": [[1]]}", "force_words_ids is [[1]]");
        refused("{\"num_beams\": 2, \"do_sample\": true}", "num_beams is 2, which Attend does not know");
        refused("{\"num_beams\": 2, \"early_stopping\": \"soon\"}", "early_stopping is \"soon\"");
        refused("{\"do_sample\": true, \"temperature\": 0.0}", "temperature 0.0 is outside (0, 100]");
        refused("{\"num_beams\": 0}", "beams must be from 1 to 1000, not 0");
        refused("{\"bad_words_ids\": [1]}", "bad_words_ids is [1], which Attend does not know");
        refused("{\"max_new_tokens\": \"many\"}", "max_new_tokens is \"many\"");
        refused("[]", "holds no JSON object");
        refused("{", "is not JSON");
    }

    private void refused(String json, String message) {
        assertThatThrownBy(() -> decoding(json))
                .hasMessageContaining(message)
                .hasMessageContaining("generation_config.json");
    }

    // ---- rules ----

    @Test
    void rulesForceAndRuleOut() {
        float no = Float.NEGATIVE_INFINITY;
        assertThat(applied(new Forced(2, 1), 5, 6)).containsExactly(no, 0, no, no);
        assertThat(applied(new Forced(3, 1), 5, 6)).containsExactly(1, 2, 3, 4);
        assertThat(applied(new Without(List.of(0, 2, 9)), 5, 6)).containsExactly(no, 2, no, 4);
        assertThat(applied(new Without(List.of(3), 2, 3), 5, 6)).containsExactly(1, 2, 3, no);
        assertThat(applied(new Without(List.of(3), 0, 2), 5, 6)).containsExactly(1, 2, 3, 4);
        assertThat(applied(new Without(List.of(0, 1, 2, 3)), 5)).as("one stays").containsExactly(1, 2, 3, 4);
        BadWords bad = new BadWords(List.of(List.of(0), List.of(5, 1), List.of(5, 6, 2), List.of(4, 6, 3)));
        assertThat(applied(bad, 5, 6)).containsExactly(no, 2, no, 4);
        assertThat(applied(bad, 5)).containsExactly(no, no, 3, 4);
        assertThat(applied(bad)).containsExactly(no, 2, 3, 4);
        assertThatThrownBy(() -> applied(new Forced(0, 4))).hasMessageContaining("the model has 4 words");
        assertThatThrownBy(() -> new BadWords(List.of(List.of()))).hasMessageContaining("at least 1 word");
    }

    private static float[] applied(Rule rule, int... text) {
        float[] scores = {1, 2, 3, 4};
        rule.apply(scores, text);
        return scores;
    }

    @Test
    void holdsBackWhatMayBeAStopString() {
        StringBuilder told = new StringBuilder();
        StopStrings stops = new StopStrings(List.of("abac", "xx"), told::append);
        assertThat(stops.add("1ab")).isTrue();
        assertThat(told).hasToString("1");
        assertThat(stops.add("ab")).isTrue();
        assertThat(told).as("ab went by, and ab may begin it again").hasToString("1ab");
        assertThat(stops.add("acdef")).isFalse();
        assertThat(told).hasToString("1ab");
        stops.end();
        assertThat(told).hasToString("1ab");
        StringBuilder other = new StringBuilder();
        StopStrings never = new StopStrings(List.of("xx"), other::append);
        never.add("ax");
        never.end();
        assertThat(other).hasToString("ax");
    }
}
