package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.Attend;
import io.attend.generation.Beam;
import io.attend.generation.Greedy;
import io.attend.generation.Sampling;
import io.attend.task.Fill;
import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordPiece;
import io.attend.tokenizer.postprocessor.BertProcessing;
import io.attend.tokenizer.postprocessor.NamedToken;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `attend run` on folders of Hugging Face: where inputs come from, how answers are written, and what is
/// refused.
class RunTest {
    private static final Path FIXTURES = Path.of("..", "core", "src", "test", "resources", "hf");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private static void failsIn(int status, String message, Object... arguments) {
        Said said = attend(arguments);
        assertThat(said.err()).contains(message);
        assertThat(said.err().lines()).as("lines of the error").hasSize(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.status()).isEqualTo(status);
    }

    /// A fixture with a tokenizer of 99 words: 5 special ones, the letters, and their like within words.
    private Path model(String fixture) throws IOException {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "paris", "is"));
        for (char c = 'a'; c <= 'z'; c++) {
            tokens.add(Character.toString(c));
            tokens.add("##" + c);
        }
        while (tokens.size() < 99) {
            tokens.add("word" + tokens.size());
        }
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < 5; id++) {
            added.add(AddedToken.special(id, tokens.get(id)));
        }
        Pipeline pipeline = new Pipeline(new WordPiece(Vocabulary.of(tokens)))
                .with(added)
                .with(new BertPreTokenizer())
                .with(new io.attend.tokenizer.decoder.WordPiece("##", true));
        Path made = Files.createDirectory(folder.resolve(fixture));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(FIXTURES.resolve(fixture).resolve(file), made.resolve(file));
        }
        boolean bert = fixture.startsWith("bert");
        Tokenizer.of(
                        bert
                                ? pipeline.with(
                                        new BertProcessing(new NamedToken("[SEP]", 2), new NamedToken("[CLS]", 1)))
                                : pipeline)
                .save(made);
        return made;
    }

    @Test
    void fillsForPeopleAndForPrograms() throws IOException {
        Path bert = model("bert-mlm");
        Said said = attend("run", "fill", bert, "paris is [MASK]", "--top", 2);
        assertThat(said.status()).as(said.err()).isZero();
        List<Fill.Guess> guesses;
        try (Attend loaded = Attend.load(bert)) {
            guesses = loaded.run(new Fill(2), "paris is [MASK]");
        }
        assertThat(said.out().lines())
                .containsExactlyElementsOf(guesses.stream()
                        .map(guess -> String.format(java.util.Locale.ROOT, "%.4f  %s", guess.score(), guess.text()))
                        .toList());
        Said json = attend("run", "fill", bert, "[MASK] is", "paris is [MASK]", "--set", "top=2", "--json");
        assertThat(json.status()).as(json.err()).isZero();
        List<String> lines = json.out().lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode second = JSON.readTree(lines.getLast());
        assertThat(second.get("input").stringValue()).isEqualTo("paris is [MASK]");
        assertThat(second.get("answer")).hasSize(2);
        JsonNode guess = second.get("answer").get(1);
        assertThat(guess.get("token").intValue()).isEqualTo(guesses.get(1).token());
        assertThat(guess.get("score").doubleValue())
                .isCloseTo(guesses.get(1).score(), org.assertj.core.api.Assertions.within(1e-5));
    }

    @Test
    void readsInputsFromFilesByLineAsJsonOrWhole() throws IOException {
        Path bert = model("bert-qa");
        Path lines = folder.resolve("lines.txt");
        Files.writeString(lines, "is paris\tparis is a word\na b\tc d e\n");
        Said said = attend("run", "answer", bert, "--file", lines, "--batch", 1, "--json");
        assertThat(said.status()).as(said.err()).isZero();
        Path jsonl = folder.resolve("inputs.jsonl");
        Files.writeString(
                jsonl, "{\"context\": \"paris is a word\", \"question\": \"is paris\"}\n[\"a b\", \"c d e\"]\n");
        assertThat(attend("run", "answer", bert, "--file", jsonl, "--json").out())
                .isEqualTo(said.out());
        assertThat(attend("run", "answer", bert, "is paris", "paris is a word", "a b", "c d e", "--json")
                        .out())
                .isEqualTo(said.out());
        JsonNode span = JSON.readTree(said.out().lines().toList().getFirst())
                .get("answer")
                .get(0);
        assertThat("paris is a word"
                        .substring(span.get("start").intValue(), span.get("end").intValue()))
                .isEqualTo(span.get("answer").stringValue());
        Files.writeString(jsonl, "[\"a b\", \"c d e\"]\n{\"question\": \"a\", \"contxt\": \"b\"}\n");
        Said broken = attend("run", "answer", bert, "--file", jsonl);
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.err())
                .isEqualTo("attend run: " + jsonl + ": line 2: expected a string, a list of strings, or an object with"
                        + " question and context\n");
        Path plain = model("bert-base");
        Path whole = folder.resolve("whole.txt");
        Files.writeString(whole, "paris\nis");
        assertThat(attend("run", "embed", plain, "--file", whole, "--whole")
                        .out()
                        .lines())
                .hasSize(1);
        assertThat(attend("run", "embed", plain, "--file", whole).out().lines()).hasSize(2);
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void readsStandardInputWhereNothingElseIsGiven() throws IOException {
        Path bert = model("bert-base");
        String expected = attend("run", "similarity", bert, "paris", "is paris").out();
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("paris\tis paris\n".getBytes(StandardCharsets.UTF_8)));
            assertThat(attend("run", "similarity", bert).out()).isEqualTo(expected);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void generatesAsAsked() throws IOException {
        Path gpt = model("gpt2-lm");
        try (Attend loaded = Attend.load(gpt)) {
            String prompt = "paris is";
            assertThat(attend("run", "generate", gpt, prompt, "--greedy", "--limit", 5)
                            .out())
                    .isEqualTo(loaded.generate(prompt, new Greedy(5)) + System.lineSeparator());
            assertThat(attend("run", "generate", gpt, prompt, "--beams", 3, "--limit", 5)
                            .out())
                    .isEqualTo(loaded.generate(prompt, Beam.of(3).limit(5)) + System.lineSeparator());
            String drawn = loaded.generate(
                    prompt, Sampling.temperature(0.8).topK(40).topP(0.9).seed(7).limit(5));
            assertThat(attend(
                                    "run",
                                    "generate",
                                    gpt,
                                    prompt,
                                    "--temperature",
                                    0.8,
                                    "--top-k",
                                    40,
                                    "--top-p",
                                    0.9,
                                    "--seed",
                                    7,
                                    "--limit",
                                    5)
                            .out())
                    .isEqualTo(drawn + System.lineSeparator());
            JsonNode line = JSON.readTree(attend("run", "generate", gpt, prompt, "--greedy", "--limit", 5, "--json")
                    .out());
            assertThat(line.get("answer").stringValue()).isEqualTo(loaded.generate(prompt, new Greedy(5)));
        }
    }

    @Test
    void refusesInOneLine() throws IOException {
        Path bert = model("bert-mlm");
        failsIn(
                1,
                "the model cannot classify: it has no labels of whole texts; it can embed, fill, search, similarity",
                "run",
                "classify",
                bert,
                "paris");
        failsIn(1, "hides no word; write [MASK]", "run", "fill", bert, "paris");
        failsIn(1, "the text has 66 tokens, but the model reads 64", "run", "embed", bert, "a ".repeat(64));
        failsIn(2, "fill: $: unknown [limit]; Fill has [top]", "run", "fill", bert, "x", "--limit", 3);
        failsIn(2, "fill: $: top must be at least 1, not 0", "run", "fill", bert, "x", "--top", 0);
        failsIn(2, "fill: $.top: expected a whole number", "run", "fill", bert, "x", "--set", "top=many");
        failsIn(2, "--set top is not KEY=VALUE", "run", "fill", bert, "x", "--set", "top");
        failsIn(2, "--batch must be at least 1, not 0", "run", "fill", bert, "x", "--batch", 0);
        failsIn(2, "give texts or a --file, not both", "run", "fill", bert, "x", "--file", "y");
        failsIn(
                2,
                "similarity takes first and second, but there are 3 texts",
                "run",
                "similarity",
                bert,
                "a",
                "b",
                "c");
        failsIn(2, "similarity takes first and second, which one file cannot be", "run", "similarity", bert, "--whole");
        failsIn(2, "exclude each other", "run", "generate", bert, "x", "--greedy", "--beams", 2);
        failsIn(2, "temperature 0.0 is outside (0, 100]", "run", "generate", bert, "x", "--temperature", 0);
        failsIn(2, "beams must be from 1 to 1000, not 0", "run", "generate", bert, "x", "--beams", 0);
        failsIn(1, "no such file", "run", "fill", bert, "--file", folder.resolve("none.txt"));
        Files.delete(bert.resolve("tokenizer.json"));
        failsIn(1, "tokenizer", "run", "fill", bert, "x");
    }

    @Test
    void writesOnlyWhatHasAForm() throws IOException {
        Path gpt = model("gpt2-lm");
        Files.writeString(gpt.resolve("generation_config.json"), "{\"eos_token_id\": 98}");
        Said formed = attend(
                "run", "generate", gpt, "paris is", "--regex", " (paris|is a)( b| c){2}", "--temperature", 1, "--json");
        assertThat(formed.status()).as(formed.err()).isZero();
        assertThat(JSON.readTree(formed.out()).get("answer").stringValue()).matches(" (paris|is a)( b| c){2}");
        Said plain = attend("run", "generate", gpt, "paris is", "--greedy", "--limit", 20);
        assertThat(attend("run", "generate", gpt, "paris is", "--guess", 4, "--limit", 20)
                        .out())
                .isEqualTo(plain.out())
                .isNotBlank();
        assertThat(attend(
                                "run",
                                "generate",
                                gpt,
                                "paris is",
                                "--greedy",
                                "--limit",
                                20,
                                "--set",
                                "cache={type: StaticCache, positions: 40}")
                        .out())
                .isEqualTo(plain.out());
        Path schema = Files.writeString(folder.resolve("schema.json"), "{\"type\": \"text\"}");
        failsIn(
                2,
                "generate: $.form: JSON schema, $: type \"text\" is none",
                "run",
                "generate",
                gpt,
                "x",
                "--schema",
                schema);
        failsIn(2, "regular expression (, place 1: a ) is missing", "run", "generate", gpt, "x", "--regex", "(");
        failsIn(1, "the tokens of this model cannot write any text", "run", "generate", gpt, "x", "--regex", "!");
        failsIn(2, "--guess and --beams exclude each other", "run", "generate", gpt, "x", "--guess", 2, "--beams", 2);
        failsIn(2, "tokens guessed at a time must be from 1 to 1000, not 0", "run", "generate", gpt, "x", "--guess", 0);
        failsIn(2, "unknown many; known: one, each", "run", "zero-shot", gpt, "x", "--set", "choice=many");
    }

    @Test
    void searchesAmongArgumentsAndLines() throws IOException {
        Path bert = model("bert-base");
        Said said = attend("run", "search", bert, "paris", "is", "paris a", "b", "--top", 2, "--json");
        assertThat(said.status()).as(said.err()).isZero();
        JsonNode answer = JSON.readTree(said.out()).get("answer");
        assertThat(answer).hasSize(2);
        assertThat(answer.get(0).get("score").doubleValue())
                .isGreaterThanOrEqualTo(answer.get(1).get("score").doubleValue());
        Path jsonl = Files.writeString(
                folder.resolve("search.jsonl"),
                "{\"query\": \"paris\", \"documents\": [\"is\", \"paris a\", \"b\"]}\n");
        assertThat(attend("run", "search", bert, "--file", jsonl, "--top", 2, "--json")
                        .out())
                .isEqualTo(said.out());
        failsIn(1, "search takes query and documents, the last of which may be several", "run", "search", bert, "x");
    }
}
