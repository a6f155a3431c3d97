package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.Attend;
import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.pretokenizer.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The commands that read and write folders of Hugging Face.
class HuggingFaceTest {
    private static final Path BERT = Path.of("..", "core", "src", "test", "resources", "hf", "bert-base");

    @TempDir
    Path folder;

    @Test
    void verifySaysEachTensorAndEndsWithZero() {
        Said said = attend("verify", BERT);
        assertThat(said.status()).as(said.out()).isZero();
        assertThat(said.out())
                .contains("out.pooler_output")
                .contains("all 7 equal")
                .doesNotContain("FAIL");
    }

    @Test
    void verifyEndsWithOneWhereANumberDiffersAndSaysWhich() {
        Said said = attend("verify", BERT, "--tolerance", "0", "--json");
        assertThat(said.status()).isEqualTo(1);
        JsonNode last = JsonMapper.builder()
                .build()
                .readTree(said.out().lines().toList().getLast());
        assertThat(last.get("name").stringValue()).isEqualTo("out.pooler_output");
        assertThat(last.get("passed").booleanValue()).isFalse();
        assertThat(last.get("error").doubleValue()).isBetween(1e-12, 1e-4);
    }

    @Test
    void verifyRefusesAFolderWithNothingToCompareWith() throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(BERT.resolve(file), folder.resolve(file));
        }
        Said said = attend("verify", folder);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out()).contains("expected.safetensors: no such file");
    }

    @Test
    void exportWritesAFolderThatVerifies() throws IOException {
        Path copy = folder.resolve("copy");
        assertThat(attend("export", BERT, copy).status()).isZero();
        Files.copy(BERT.resolve("expected.safetensors"), copy.resolve("expected.safetensors"));
        assertThat(attend("verify", copy).status()).isZero();
        assertThat(attend("export", BERT, copy).status()).isEqualTo(2);
    }

    @Test
    void inspectShowsWhatIsInAFolder() {
        assertThat(attend("inspect", BERT).out()).startsWith("Encoder of width 32");
    }

    private static final Path LLAMA = BERT.resolveSibling("llama-gqa");

    /// A folder with a tokenizer of 99 tokens, as the model has words.
    private Path llama() throws IOException {
        Path model = Files.createDirectory(folder.resolve("llama"));
        for (String file : new String[] {"config.json", "model.safetensors", "expected.safetensors"}) {
            Files.copy(LLAMA.resolve(file), model.resolve(file));
        }
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (char c = ' '; c < 127; c++) {
            tokens.add(String.valueOf(io.attend.tokenizer.text.Bytes.charOf(c)));
        }
        Pipeline pipeline = new Pipeline(new Bpe(Vocabulary.of(tokens), List.of()))
                .with(List.of(AddedToken.special(1, "<s>"), AddedToken.special(2, "</s>")))
                .with(Words.GPT2.preTokenizer(false))
                .with(new ByteLevel(false, true, true));
        Tokenizer.of(pipeline).save(model);
        return model;
    }

    @Test
    void aModelGoesToAGgufFileAndBackWithItsTokenizer() throws IOException {
        Path model = llama();
        Path file = folder.resolve("alone").resolve("llama.gguf");
        Files.createDirectory(file.getParent());
        Said said = attend("export", model, file, "--type", "f32");
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(attend("inspect", file).out()).startsWith("Decoder of width 32: 20,224 parameters");
        Files.copy(LLAMA.resolve("expected.safetensors"), file.resolveSibling("expected.safetensors"));
        assertThat(attend("verify", file.getParent()).out()).contains(" equal").doesNotContain("FAIL");
        Path back = folder.resolve("back");
        assertThat(attend("export", file, back).status()).isZero();
        assertThat(Tokenizer.load(back).ids("a tokenizer, too"))
                .isEqualTo(Tokenizer.load(model).ids("a tokenizer, too"));
        Files.copy(LLAMA.resolve("expected.safetensors"), back.resolve("expected.safetensors"));
        assertThat(attend("verify", back).status()).isZero();
        try (Attend loaded = Attend.load(file)) {
            assertThat(loaded.model().architecture().width()).isEqualTo(32);
        }
    }

    @Test
    void exportToGgufSaysWhatIsWrong() throws IOException {
        Path file = folder.resolve("model.gguf");
        assertThat(attend("export", LLAMA, file).err()).contains("--without-tokenizer");
        assertThat(attend("export", LLAMA, file, "--type", "q3").err()).contains("q3", "q8_0");
        assertThat(attend("export", LLAMA, folder.resolve("x"), "--type", "f32").err())
                .contains("FILE.gguf");
        assertThat(attend("quantize", LLAMA, "--to", "q9", "--out", file, "--without-tokenizer")
                        .err())
                .contains("--to q9 is none of bf16, f32, q4_0, q8_0");
        Path quantized = folder.resolve("quantized.gguf");
        Said said = attend("quantize", LLAMA, "--to", "bf16", "--out", quantized, "--without-tokenizer");
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out()).contains("matrices in BF16");
        assertThat(attend("quantize", LLAMA, "--to", "bf16", "--out", quantized).err())
                .contains("exists; name a new file");
        Said bert = attend("export", BERT, file, "--without-tokenizer");
        assertThat(bert.status()).as(bert.err()).isZero();
        assertThat(bert.err()).contains("left out: pooler.dense.weight, since GGUF has no pooler");
        assertThat(attend("export", BERT, file, "--without-tokenizer").err()).contains("exists");
    }

    @Test
    void inspectCountsOperationsAndMemory() {
        assertThat(attend("inspect", LLAMA, "--tokens", "1k", "--type", "bfloat16")
                        .out())
                .contains("over 1,024 tokens: ", " operations; in bfloat16: weights 40.4 kB");
    }

    /// A step from the run folder is the step from the folder it was written of.
    @Test
    void trainingGoesOnFromAFolderOrItsRunFolder() throws IOException {
        Path model = llama();
        Path run = folder.resolve("run");
        Said said = attend("export", "--run-folder", model, run);
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(attend("export", "--run-folder", model, folder.resolve("x.gguf"))
                        .status())
                .isEqualTo(2);
        Files.writeString(folder.resolve("text.txt"), "to be or not to be, that is the question. ".repeat(20));
        Path[] trained = new Path[2];
        for (int i = 0; i < 2; i++) {
            Path from = i == 0 ? model : run;
            Path recipe = Files.writeString(
                    folder.resolve("recipe" + i + ".yaml"), """
                    data: {type: TextFile, path: "%s", heldOutShare: 0.2}
                    words: {type: GivenWords, path: "%s"}
                    model: {type: Trained, path: "%s"}
                    objective: {type: NextToken, length: 8}
                    schedule: {type: Cosine, peak: 0.001, warmup: 1}
                    steps: 2
                    batch: 4
                    threads: 1
                    """.formatted(folder.resolve("text.txt"), model, from));
            trained[i] = folder.resolve("trained" + i);
            Said told = attend("train", recipe, "--run", trained[i]);
            assertThat(told.status()).as(told.err()).isZero();
        }
        assertThat(trained[0].resolve("model.safetensors"))
                .hasSameBinaryContentAs(trained[1].resolve("model.safetensors"));
        try (Attend before = Attend.load(model);
                Attend after = Attend.load(trained[0]);
                io.attend.tensor.Lifetime _ = io.attend.tensor.Lifetime.open()) {
            for (int i = 0; i < before.model().weights().size(); i++) {
                var was = before.model().weights().get(i);
                var is = after.model().weights().get(i);
                for (double change : is.tensor().sub(was.tensor()).toDoubles()) {
                    assertThat(Math.abs(change)).as(was.name()).isLessThan(0.01);
                }
            }
        }
    }
}
