package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.value.Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableFileTest {
    private static final TextField TEXT = new TextField("text");
    private static final LabeledFields LABELED = new LabeledFields("text", "label");

    @TempDir
    Path folder;

    private String file(String name, String text) throws IOException {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private String file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toString();
    }

    private static JsonLines json(String path, Fields fields) {
        return new JsonLines(path, Optional.of(path), 20, fields);
    }

    private static DelimitedFile delimited(String path, Fields fields) {
        return new DelimitedFile(path, Optional.of(path), 20, Optional.empty(), fields);
    }

    private static String resource(String name) {
        return Path.of("src", "test", "resources", "data", name).toString();
    }

    @Test
    void jsonLinesGiveTheFieldsTheUserNames() throws IOException {
        String path = file("a.jsonl", """
                {"text": "good \\"film\\"", "label": 1, "id": {"n": 7}}

                {"label": true, "text": "größer\\n\\u6f22"}
                """);
        assertThat(json(path, LABELED).training(1))
                .containsExactly(new Labeled("good \"film\"", "1"), new Labeled("größer\n漢", "true"));
        assertThat(json(path, TEXT).heldOut(1))
                .containsExactly(new Document("good \"film\""), new Document("größer\n漢"));
        String pairs = file("p.jsonl", "{\"translation\": {\"en\": \"a man\", \"de\": \"ein Mann\"}}\n");
        assertThat(json(pairs, PairFields.EXAMPLE).training(1)).containsExactly(new Pair("a man", "ein Mann"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"text": "b" "c"}      | , line 2, column 14: no JSON: Unexpected character
                {"text": "b"} {}       | , line 2, column 15: no JSON: Trailing token
                {"text": 1, "text": 2} | , line 2, column 19: no JSON: Duplicate Object property "text"
                ["b"]                  | , line 2: expected a JSON object with fields
                {"body": "b"}          | , line 2: no field "text"; it has body; name one of these
                {"text": null}         | , line 2: field "text" holds nothing (null), not a text, a number or a truth value
                {"text": ["b"]}        | , line 2: field "text" holds a list, not a text
                {"text": {"a": 1}}     | , line 2: field "text" holds an object with the fields [a], not a text
                """)
    void jsonThatDoesNotFitIsRefusedWithFileLineAndField(String line, String message) throws IOException {
        String path = file("bad.jsonl", "{\"text\": \"a\"}\n" + line + "\n");
        assertThatThrownBy(() -> json(path, TEXT).training(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(path + message);
    }

    /// The examples of RFC 4180, section 2.
    @Test
    void delimitedFilesAreReadAsTheirStandardSays() throws IOException {
        String path = file("a.csv", "text,label\r\n\"b \r\nbb\",ccc\r\n\"b\"\"bb\",\"c,c\"\r\nzzz,y\u00e9y");
        assertThat(delimited(path, LABELED).training(1))
                .containsExactly(
                        new Labeled("b \r\nbb", "ccc"), new Labeled("b\"bb", "c,c"), new Labeled("zzz", "y\u00e9y"));
        String tabs = file("a.tsv", "\uFEFFid\ttext\tlabel\n1\ta, b\tx\n");
        assertThat(delimited(tabs, LABELED).training(1)).containsExactly(new Labeled("a, b", "x"));
        String semicolons = file("s.csv", "text;label\na,b;x\n");
        assertThat(new DelimitedFile(semicolons, Optional.of(semicolons), 20, Optional.of(";"), LABELED).training(1))
                .containsExactly(new Labeled("a,b", "x"));
        assertThatThrownBy(() -> new DelimitedFile("a.csv", Optional.empty(), 20, Optional.of("::"), LABELED))
                .hasMessage("separator must be one character, no quote and no line end, not \"::\"");
    }

    @Test
    void delimitedFilesThatDoNotFitAreRefusedWithFileLineAndField() throws IOException {
        String fields = file("f.csv", "text,stars\n\"a\nb\",1\nc,2\n");
        assertThatThrownBy(() -> delimited(fields, LABELED).training(1))
                .hasMessage(fields + ", line 2: no field \"label\"; it has text, stars; name one of these");
        String empty = file("e.csv", "text,label\n\"a\nb\",1\nc,\n");
        assertThatThrownBy(() -> delimited(empty, LABELED).training(1))
                .as("a row is named by the line it begins on")
                .hasMessage(empty + ", line 4: field \"label\" is empty; it must say what the text is");
        String ragged = file("r.csv", "text,label\na,1\nb\n");
        assertThatThrownBy(() -> delimited(ragged, LABELED).training(1))
                .hasMessageStartingWith(ragged + ": Exception when reading record that started in line 3: ");
        String open = file("o.csv", "text,label\n\"a\"x,1\n");
        assertThatThrownBy(() -> delimited(open, LABELED).training(1)).hasMessageStartingWith(open + ": ");
        String twice = file("t.csv", "text,label,text\na,1,b\n");
        assertThatThrownBy(() -> delimited(twice, LABELED).training(1))
                .hasMessage(twice
                        + ": Exception when reading first record: Header contains duplicate fields: [text]; mend the"
                        + " line");
    }

    /// The files were written by DuckDB 1.4.1, in groups of rows: see the values in the first lines here.
    @ParameterizedTest
    @ValueSource(strings = {"snappy", "zstd", "gzip", "uncompressed"})
    void parquetIsReadWhateverItIsPackedWith(String codec) {
        String path = resource("table." + codec + ".parquet");
        List<Labeled> expected = IntStream.range(0, 211)
                .mapToObj(i -> new Labeled("text " + i + (i % 7 == 3 ? " größer 漢" : ""), "" + i % 3))
                .toList();
        assertThat(new ParquetFile(path, Optional.of(path), 20, LABELED).training(1))
                .isEqualTo(expected);
        assertThat(new ParquetFile(path, Optional.of(path), 20, PairFields.EXAMPLE)
                        .training(1)
                        .get(210))
                .isEqualTo(new Pair("man 210", "Mann 210"));
        assertThat(new ParquetFile(path, Optional.of(path), 20, new LabeledFields("score", "even"))
                        .training(1)
                        .get(3))
                .isEqualTo(new Labeled("1.5", "false"));
    }

    @Test
    void parquetThatDoesNotFitIsRefusedWithFileRowAndField() throws IOException {
        String path = resource("table.snappy.parquet");
        assertThatThrownBy(() -> new ParquetFile(path, Optional.of(path), 20, new TextField("maybe")).training(1))
                .hasMessage(path + ", row 6: field \"maybe\" holds nothing (null), not a text, a number or a truth"
                        + " value");
        assertThatThrownBy(() -> new ParquetFile(path, Optional.of(path), 20, new TextField("list")).training(1))
                .hasMessage(path + ", row 1: field \"list\" holds a list, a group or a time, not a text, a number or a"
                        + " truth value");
        assertThatThrownBy(() -> new ParquetFile(path, Optional.of(path), 20, new TextField("body")).training(1))
                .hasMessage(path + ", row 1: no field \"body\"; it has text, label, score, even, translation, maybe,"
                        + " list; name one of these");
        String text = file("t.parquet", "this is no parquet, but long enough to be looked at");
        assertThatThrownBy(() -> new ParquetFile(text, Optional.of(text), 20, TEXT).training(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(text + " cannot be read as Parquet: ");
        byte[] whole = Files.readAllBytes(Path.of(path));
        for (int cut = 0; cut < whole.length; cut += 997) {
            String damaged = file("cut.parquet", java.util.Arrays.copyOf(whole, cut));
            assertThatThrownBy(() -> new ParquetFile(damaged, Optional.of(damaged), 20, TEXT).training(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(damaged);
        }
    }

    @Test
    void anyTextFileMayBePackedWithGzip() throws IOException {
        Path packed = folder.resolve("a.jsonl.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write("{\"text\": \"größer\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(json(packed.toString(), TEXT).training(1)).containsExactly(new Document("größer"));
        Path table = folder.resolve("a.tsv.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(table))) {
            out.write("text\tlabel\na\tb\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(delimited(table.toString(), LABELED).training(1)).containsExactly(new Labeled("a", "b"));
        byte[] whole = Files.readAllBytes(packed);
        String cut = file("cut.jsonl.gz", java.util.Arrays.copyOf(whole, whole.length - 9));
        assertThatThrownBy(() -> json(cut, TEXT).training(1))
                .hasMessage(cut + " ends too early; pack or download it again");
        String plain = file("plain.jsonl.gz", "{\"text\": \"a\"}\n");
        assertThatThrownBy(() -> json(plain, TEXT).training(1))
                .hasMessage(plain + " is not packed with gzip, or damaged: Not in GZIP format; pack it again");
    }

    @Test
    void linesAreDocumentsAndBlankOnesAreNone() throws IOException {
        String path = file("a.txt", "one\r\n\n  \ntwo\u2028still\rtwo\nthree");
        assertThat(new LineFile(path, Optional.of(path), 20).training(1))
                .containsExactly(new Document("one"), new Document("two\u2028still\rtwo"), new Document("three"));
        String latin = file("l.txt", new byte[] {'a', '\n', 'b', (byte) 0xFC, '\n'});
        assertThatThrownBy(() -> new LineFile(latin, Optional.of(latin), 20).training(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(latin)
                .hasMessageContaining("not UTF-8 text; convert it first");
        assertThatThrownBy(() -> new LineFile("none.txt", Optional.of("none.txt"), 20).training(1))
                .hasMessage("none.txt is not a file; name a text file, in UTF-8");
    }

    @Test
    void aRowIsEitherLearnedFromOrHeldOutAndTheSameTextNeverBoth() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            rows.append("text ").append(i % 450).append('\n');
        }
        String path = file("a.txt", rows.toString());
        LineFile data = new LineFile(path, Optional.empty(), 7);
        List<Example> training = data.training(1);
        List<Example> heldOut = data.heldOut(1);
        Set<Example> both = new HashSet<>(training);
        both.retainAll(new HashSet<>(heldOut));
        assertThat(both).isEmpty();
        List<Example> all = new ArrayList<>(training);
        all.addAll(heldOut);
        assertThat(all).hasSize(900);
        assertThat(heldOut.size()).isBetween(60, 200); // 900 / 7 is 129
        assertThatThrownBy(() -> new LineFile(path, Optional.empty(), 1))
                .hasMessage("heldOutEvery must be at least 2, not 1");
        String few = file("few.txt", "a\n");
        assertThatThrownBy(() -> {
                    LineFile one = new LineFile(few, Optional.empty(), 1000);
                    one.heldOut(1);
                })
                .hasMessage(few + " has 1 rows, too few to hold one in 1000 out; give more, or data.heldOutPath");
    }

    @Test
    void aRecipeNamesThem() {
        assertThat(Values.parse(Dataset.class, """
                {"type": "JsonLines", "path": "a.jsonl", "fields": {"type": "PairFields", "source": "en"}}"""))
                .isEqualTo(new JsonLines("a.jsonl", Optional.empty(), 20, new PairFields("en", "target")));
        assertThat(TableFile.of("x/a.csv.gz", TEXT)).isInstanceOf(DelimitedFile.class);
        assertThat(TableFile.of("x.y/a.ndjson", TEXT)).isInstanceOf(JsonLines.class);
        assertThat(TableFile.of("A.PARQUET", TEXT)).isInstanceOf(ParquetFile.class);
        assertThat(TableFile.of("a.txt.gz", TEXT)).isInstanceOf(LineFile.class);
    }
}
