package io.attend.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.Attend;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.generation.Greedy;
import io.attend.generation.Sampling;
import io.attend.huggingface.Pretrained;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What tasks that write make of a folder, against forward passes and their likeliest word.
class WritingTest {
    @TempDir
    Path folder;

    private static int best(Transformer model, Inputs inputs) {
        Tensor scores = model.forward(inputs, Context.inference()); // [1, T, V]
        float[] last = scores.select(1, scores.size(1) - 1).toFloats();
        int best = 0;
        for (int i = 0; i < last.length; i++) {
            best = last[i] > last[best] ? i : best;
        }
        return best;
    }

    private static Tokens tokens(List<Integer> ids) {
        return Tokens.of(Tensor.of(ids.stream().mapToLong(id -> id).toArray(), 1, ids.size()));
    }

    /// A prompt gone on with one forward pass a word.
    private static List<Integer> naive(Attend model, String prompt, int count) {
        List<Integer> ids = new ArrayList<>();
        for (int id : model.text().tokenizer().ids(prompt)) {
            ids.add(id);
        }
        int before = ids.size();
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            while (ids.size() < before + count) {
                int next = best(model.model(), Inputs.of(tokens(ids)));
                if (next == 2) {
                    break;
                }
                ids.add(next);
            }
        }
        return ids.subList(before, ids.size());
    }

    private static String text(Attend model, String prompt, List<Integer> written) {
        List<Integer> all = new ArrayList<>();
        for (int id : model.text().tokenizer().ids(prompt)) {
            all.add(id);
        }
        String before =
                model.text().tokenizer().decode(all.stream().mapToInt(id -> id).toArray());
        all.addAll(written);
        return model.text()
                .tokenizer()
                .decode(all.stream().mapToInt(id -> id).toArray())
                .substring(before.length());
    }

    @Test
    void goesOnWithAPromptOfATokenizerWithoutPadding() throws IOException {
        try (Attend model = Attend.load(Folders.gpt("gpt2-lm", folder))) {
            assertThat(model.text().tokenizer().pad()).isEmpty();
            assertThat(model.text().tokenizer().bos()).isEmpty();
            String prompt = "the capital of paris";
            List<Integer> expected = naive(model, prompt, 11);
            assertThat(expected).hasSizeGreaterThan(3);
            String written = model.generate(prompt, new Greedy(11));
            assertThat(written).isEqualTo(text(model, prompt, expected));
            StringBuilder streamed = new StringBuilder();
            model.generate(prompt, new Greedy(11), streamed::append);
            assertThat(streamed).hasToString(written);
            // Prompts of several lengths together.
            Generate eleven = new Generate(Optional.empty(), OptionalInt.of(11), List.of());
            assertThat(model.runAll(eleven, List.of(List.of("of"), List.of(prompt))))
                    .containsExactly(text(model, "of", naive(model, "of", 11)), written);
            // Up to what the model has room for: 64 positions, the last word is not read again.
            String full = "b ".repeat(60).strip();
            assertThat(model.run(new Generate(Optional.empty(), OptionalInt.of(50), List.of()), full))
                    .isEqualTo(text(model, full, naive(model, full, 5)));
            assertThatThrownBy(() -> model.generate("b ".repeat(65)))
                    .hasMessage("the text has 65 tokens, but the model has room for 64; shorten it");
            assertThatThrownBy(() -> model.generate("")).hasMessageContaining("the prompt is empty");
            assertThatThrownBy(() -> model.run(Summarise.EXAMPLE, "x"))
                    .hasMessage("the model cannot summarise: it does not read one text to write another; it can embed,"
                            + " generate, search, similarity");
            assertThatThrownBy(() -> model.run(Fill.EXAMPLE, "x"))
                    .hasMessageContaining("it does not see what stands behind a hidden word");
        }
    }

    @Test
    void stopsBeforeATextThatEndsIt() throws IOException {
        try (Attend model = Attend.load(Folders.gpt("gpt2-lm", folder))) {
            String prompt = "the capital of paris";
            String whole = model.generate(prompt, new Greedy(11));
            for (int from = 1; from + 3 < whole.length(); from++) {
                String stop = whole.substring(from, from + 3);
                Generate until = new Generate(Optional.empty(), OptionalInt.of(11), List.of("never?", stop));
                String expected = whole.substring(0, whole.indexOf(stop));
                assertThat(model.run(until, prompt)).as("before \"%s\"", stop).isEqualTo(expected);
                List<String> parts = new ArrayList<>();
                until.tell(model.text(), List.of(prompt), parts::add);
                assertThat(String.join("", parts)).isEqualTo(expected);
            }
            assertThatThrownBy(() -> model.run(new Generate(Optional.empty(), OptionalInt.of(3), List.of("")), prompt))
                    .hasMessage("a stop string is empty; give at least one character");
        }
    }

    /// Bytes of one character come together, and what is told is what decoding gives.
    @Test
    void neverTellsHalfACharacter() throws IOException {
        Tokenizer bytes = Tokenizer.bytes(List.of("<pad>"));
        Presets.Size size = Presets.Size.width(12).heads(3).hidden(17);
        try (Transformer model = Transformer.initialize(Presets.gpt(bytes.size(), 1, size, 101), 5);
                Pretrained pretrained = Pretrained.of(model)) {
            pretrained.save(folder);
        }
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": null}");
        bytes.save(folder);
        try (Attend model = Attend.load(folder)) {
            List<String> parts = new ArrayList<>();
            model.generate("é?", Sampling.temperature(2).seed(7).limit(79), parts::add);
            String told = String.join("", parts);
            assertThat(told)
                    .isEqualTo(
                            model.generate("é?", Sampling.temperature(2).seed(7).limit(79)));
            assertThat(told).isNotEmpty();
            parts.forEach(part -> assertThat(Character.isLowSurrogate(part.charAt(0)))
                    .as("\"%s\" begins with half a character", part)
                    .isFalse());
            float[] vector = model.embed("é?");
            assertThat(vector).hasSize(12);
        }
    }

    // ---- encoder-decoders ----

    private static List<Integer> naive(Attend model, List<Integer> source, List<Integer> begin, int length) {
        List<Integer> written = new ArrayList<>(begin);
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            while (written.size() < length) {
                int next = best(model.model(), Inputs.of(tokens(source), tokens(written)));
                if (next == 2) {
                    break;
                }
                written.add(next);
            }
        }
        return written;
    }

    private static List<Integer> ids(Attend model, String text) {
        List<Integer> ids = new ArrayList<>();
        for (int id : model.text().tokenizer().ids(text)) {
            ids.add(id);
        }
        return ids;
    }

    private static String decoded(Attend model, List<Integer> ids) {
        return model.text().tokenizer().decode(ids.stream().mapToInt(id -> id).toArray());
    }

    private static Generate writes(int limit) {
        return new Generate(Optional.empty(), OptionalInt.of(limit), List.of());
    }

    private static Translate between(String from, String to, int limit) {
        return new Translate(OptionalInt.of(limit), Optional.of(from), Optional.of(to), Optional.empty(), List.of());
    }

    @Test
    void translatesFromAndIntoTheTokensOfLanguages() throws IOException {
        try (Attend model = Attend.load(Folders.bart("bart-cg", folder))) {
            String text = "paris is the capital";
            List<Integer> plain = ids(model, text);
            assertThat(model.run(writes(9), text)).isEqualTo(decoded(model, naive(model, plain, List.of(2), 10)));
            assertThat(model.run(new Translate(9), text)).isEqualTo(model.run(writes(9), text));
            // The source begins with its language, the target's follows the start token.
            List<Integer> german = new ArrayList<>(plain);
            german.addFirst(5);
            assertThat(model.run(between("de_DE", "fr_XX", 9), text))
                    .isEqualTo(decoded(model, naive(model, german, List.of(2, 6), 10)));
            assertThat(model.run(between("de_DE", "en", 9), text))
                    .isEqualTo(decoded(model, naive(model, german, List.of(2, 7), 10)));
            assertThatThrownBy(() -> model.run(between("de_DE", "it_IT", 9), text))
                    .hasMessage("the tokenizer has no language \"it_IT\"; it has de_DE, fr_XX, __en__");
            assertThatThrownBy(() -> model.run(new Translate(9), " "))
                    .hasMessage("the text is empty; give something to translate");
        }
        // mBART's decoder begins with the language itself.
        Folders.replace(
                folder.resolve("config.json"), "\"decoder_start_token_id\": 2", "\"decoder_start_token_id\": 5");
        try (Attend model = Attend.load(folder)) {
            List<Integer> source = ids(model, "paris");
            assertThat(model.run(
                            new Translate(
                                    OptionalInt.of(9),
                                    Optional.empty(),
                                    Optional.of("fr_XX"),
                                    Optional.empty(),
                                    List.of()),
                            "paris"))
                    .isEqualTo(decoded(model, naive(model, source, List.of(6), 10)));
        }
    }

    @Test
    void tellsAModelOfManyTasksWhichByItsPrefix() throws IOException {
        Path bart = Folders.bart("bart-cg", folder);
        Folders.replace(bart.resolve("config.json"), "\"model_type\"", """
                "task_specific_params": {
                  "summarization": {"prefix": "ham ", "max_length": 6, "min_length": 4},
                  "translation_en_to_de": {"prefix": "merkel of ", "max_length": 9}
                },
                "model_type\"""");
        try (Attend model = Attend.load(bart)) {
            String text = "paris is the capital";
            assertThat(model.run(Summarise.EXAMPLE, text))
                    .as("6 tokens in all, the first of which it begins with")
                    .isEqualTo(decoded(model, naive(model, ids(model, "ham " + text), List.of(2), 6)));
            Translate german = new Translate(
                    OptionalInt.empty(), Optional.of("en"), Optional.of("de"), Optional.empty(), List.of());
            assertThat(model.run(german, text))
                    .isEqualTo(decoded(model, naive(model, ids(model, "merkel of " + text), List.of(2), 9)));
            assertThatThrownBy(() -> model.run(new Translate(9), text))
                    .hasMessage("the model knows translation_en_to_de, not translation_?_to_?; choose with from and to,"
                            + " such as from=en to=de");
        }
    }

    @Test
    void followsGenerationConfig() throws IOException {
        Path bart = Folders.bart("bart-cg", folder);
        Path file = bart.resolve("generation_config.json");
        String text = "paris is the capital";
        Files.writeString(
                file,
                "{\"forced_bos_token_id\": 11, \"forced_eos_token_id\": 2, \"max_length\": 8,"
                        + " \"transformers_version\": \"4.46.0\"}");
        try (Attend model = Attend.load(bart)) {
            List<Integer> free = naive(model, ids(model, text), List.of(2, 11), 7);
            assertThat(model.generate(text)).isEqualTo(decoded(model, free));
            assertThat(model.generate(text, new Greedy(3)))
                    .as("what is forced holds whichever way words are chosen")
                    .isEqualTo(decoded(model, naive(model, ids(model, text), List.of(2, 11), 3)));
        }
        Files.writeString(file, "{\"max_length\": 8, \"guidance_scale\": 1.5, \"new_key\": 1}");
        assertThatThrownBy(() -> Attend.load(bart))
                .hasMessage(file + ": guidance_scale is 1.5, which may change what is written, and Attend does not know"
                        + " it; nor new_key; remove the key if it does not");
    }

    /// A run folder written of a Hugging Face one writes what that writes: what the decoder begins with, what
    /// its texts are led in by, how prompts of several lengths are numbered, and beams.
    @ParameterizedTest
    @ValueSource(strings = {"bart-cg", "marian-cg", "t5-relu", "pegasus-cg", "m2m_100-cg", "opt-lm", "gpt2-lm"})
    void aRunFolderWritesWhatItsFolderWrites(String fixture) throws IOException {
        Path from = Files.createDirectory(folder.resolve("from"));
        Folders.bart(fixture, from);
        Files.writeString(from.resolve("generation_config.json"), """
                {"num_beams": 3, "max_new_tokens": 9, "length_penalty": 0.7, "no_repeat_ngram_size": 2,
                 "eos_token_id": 2, "forced_eos_token_id": 2}
                """);
        Folders.replace(from.resolve("config.json"), "\"model_type\"", """
                "task_specific_params": {"summarization": {"prefix": "in short of ", "num_beams": 2}},
                "model_type\"""".strip());
        Path to = folder.resolve("to");
        List<List<String>> texts = List.of(List.of("of"), List.of("the capital of paris is angela"));
        Generate generate = new Generate(Optional.empty(), OptionalInt.empty(), List.of());
        try (Attend before = Attend.load(from)) {
            before.save(to);
            try (Attend after = Attend.load(to)) {
                assertThat(after.runAll(generate, texts)).isEqualTo(before.runAll(generate, texts));
                assertThat(after.text().settings().usage().start())
                        .isEqualTo(before.text().settings().usage().start());
                if (before.text().translates()) {
                    assertThat(after.runAll(Summarise.EXAMPLE, texts))
                            .isEqualTo(before.runAll(Summarise.EXAMPLE, texts));
                }
            }
        }
        Files.delete(to.resolve("text.json"));
        Files.delete(to.resolve("generation_config.json"));
        try (Attend before = Attend.load(from);
                Attend bare = Attend.load(to)) {
            assertThat(bare.runAll(generate, texts))
                    .as("without what is tested")
                    .isNotEqualTo(before.runAll(generate, texts));
        }
        Files.writeString(to.resolve("text.json"), "{\"positions\": \"sideways\"}");
        assertThatThrownBy(() -> Attend.load(to))
                .hasMessageContaining("text.json")
                .hasMessageContaining("sideways");
    }
}
