package io.attend.app;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.partitioningBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^```java\n(.*?)^```$", Pattern.DOTALL);

    @TempDir
    Path classes;

    /// As a reader would paste them: imports, then statements.
    @Test
    void javaExamplesCompile() throws IOException {
        String readme = Files.readString(root().resolve("README.md"));
        List<MatchResult> examples = EXAMPLE.matcher(readme).results().toList();
        assertThat(examples).as("```java examples in README.md").isNotEmpty();
        for (MatchResult example : examples) {
            long line = readme.substring(0, example.start(1)).lines().count();
            assertThat(compile(example.group(1)))
                    .as("the compiler on the example after line %d of README.md", line)
                    .isEmpty();
        }
    }

    /// What the compiler has to say about an example, whose statements become the `main` of a compact source
    /// file.
    private List<String> compile(String example) {
        Map<Boolean, String> imports =
                example.lines().collect(partitioningBy(line -> line.startsWith("import "), joining("\n")));
        String source = imports.get(true) + "\nvoid main() throws Exception {\n" + imports.get(false) + "\n}\n";
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options =
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostics, options, null, List.of(file))
                .call();
        return diagnostics.getDiagnostics().stream().map(Object::toString).toList();
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
