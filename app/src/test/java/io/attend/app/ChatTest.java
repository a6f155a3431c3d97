package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.Attend;
import io.attend.generation.Greedy;
import io.attend.generation.Writing;
import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.chat.Message;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordPiece;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/// `attend chat`: what is said is said in the model's own template, with all that was said before.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ChatTest {
    private static final Path FIXTURES = Path.of("..", "core", "src", "test", "resources", "hf");

    @TempDir
    Path folder;

    /// A model of 99 tokens that never ends by itself.
    private Path model(String from) throws IOException {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[END]", "[UNK]"));
        for (char c = 'a'; c <= 'z'; c++) {
            tokens.add(Character.toString(c));
            tokens.add("##" + c);
        }
        while (tokens.size() < 99) {
            tokens.add("word" + tokens.size());
        }
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < 3; id++) {
            added.add(AddedToken.special(id, tokens.get(id)));
        }
        Path made = Files.createDirectory(folder.resolve("model"));
        Tokenizer.of(new Pipeline(new WordPiece(Vocabulary.of(tokens)))
                        .with(added)
                        .with(new BertPreTokenizer())
                        .with(new io.attend.tokenizer.decoder.WordPiece("##", true)))
                .save(made);
        Path fixture = FIXTURES.resolve(from);
        Files.copy(fixture.resolve("model.safetensors"), made.resolve("model.safetensors"));
        String config = Files.readString(fixture.resolve("config.json"));
        Files.writeString(
                made.resolve("config.json"), config.replaceAll("\"eos_token_id\": \\d+", "\"eos_token_id\": 98"));
        return made;
    }

    private static void template(Path model) throws IOException {
        Files.writeString(
                model.resolve("chat_template.jinja"),
                "{% for m in messages %}{{ m.role }} {{ m.content }} [END]{% endfor %}{% if add_generation_prompt %} a"
                        + "{% endif %}");
    }

    private static Said said(String lines, Object... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
        try {
            return attend(arguments);
        } finally {
            System.setIn(before);
        }
    }

    private static String answer(Attend model, Message... conversation) {
        String prompt = model.text().tokenizer().chat(List.of(conversation), true);
        return model.text().write(List.of(prompt), Writing.by(new Greedy(5))).getFirst();
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void answersWithAllThatWasSaid() throws IOException {
        Path path = model("llama-mha");
        template(path);
        Said said = said(
                "hello\n\nand you\n/undo\nso\n/new\nhello\n/exit\nnever\n",
                "chat",
                path,
                "--limit",
                5,
                "--system",
                "be");
        assertThat(said.status()).as(said.err()).isZero();
        try (Attend model = Attend.load(path)) {
            Message be = new Message("system", "be");
            Message hello = new Message("user", "hello");
            String first = answer(model, be, hello);
            Message then = new Message("assistant", first);
            String second = answer(model, be, hello, then, new Message("user", "and you"));
            String third = answer(model, be, hello, then, new Message("user", "so"));
            assertThat(said.out().lines()).containsExactly(first, second, third, first);
            assertThat(second).isNotEqualTo(first);
        }
        Said drawn = said("hello\n", "chat", path, "--limit", 9, "--temperature", 2, "--seed", 3);
        assertThat(said("hello\n", "chat", path, "--limit", 9, "--temperature", 2, "--seed", 3)
                        .out())
                .isEqualTo(drawn.out());
        assertThat(said("hello\n", "chat", path, "--limit", 9, "--temperature", 2, "--seed", 4)
                        .out())
                .isNotEqualTo(drawn.out());
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void saysWhatIsWrongInOneLine() throws IOException {
        Path path = model("gpt2-lm");
        Said none = said("hello\n", "chat", path);
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err())
                .isEqualTo("attend chat: the tokenizer has no chat template, so that nothing says how a conversation is"
                        + " written; use generate\n");
        template(path);
        Said full = said("hello\nhello again and again and again and once more\n", "chat", path, "--limit", 9);
        assertThat(full.status()).as(full.err()).isZero();
        assertThat(full.err())
                .matches("attend chat: the text has \\d+ tokens, but the model has room for 64; shorten it;"
                        + " /new begins anew\n");
        assertThat(said("x\n", "chat", path, "--temperature", 0).err()).contains("temperature 0.0 is outside (0, 100]");
        assertThat(said("x\n", "chat", path, "--limit", 0).err()).contains("the limit must be at least 1 token, not 0");
    }

    /// Ctrl-C stops the answer, and the next line is answered; the end of input ends the program.
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill command")
    void controlCStopsTheAnswerNotTheProgram() throws Exception {
        Path path = model("llama-mha");
        template(path);
        Path out = folder.resolve("out");
        List<String> command = new ArrayList<>();
        if (OS.LINUX.isCurrentOs()) { // what a shell starts in the background may have been told to ignore Ctrl-C
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "chat",
                path.toString(),
                "--limit",
                "90000"));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write("hello\n");
            in.flush();
            for (int answer = 1; answer <= 2; answer++) {
                long before = Files.size(out);
                while (Files.size(out) < before + 20) {
                    assertThat(process.isAlive())
                            .as(Files.readString(folder.resolve("err")))
                            .isTrue();
                    Thread.sleep(20);
                }
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .start()
                        .waitFor();
                while (Files.readString(out).lines().count() < answer
                        || !Files.readString(out).endsWith("\n")) {
                    assertThat(process.isAlive())
                            .as(Files.readString(folder.resolve("err")))
                            .isTrue();
                    Thread.sleep(20);
                }
                if (answer == 1) {
                    in.write("and you\n");
                    in.flush();
                }
            }
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("err")))
                .isZero();
        assertThat(Files.readString(out).lines()).hasSize(2);
    }
}
