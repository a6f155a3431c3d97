package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import tools.jackson.databind.node.ObjectNode;

/// Every class of every family, with tied words and without: the tensors it has outside its layers, with their
/// shapes. They were listed by constructing Hugging Face's classes, version 4.46, from the same configurations.
class ClassNamesTest {
    private static final Pattern LAYER = Pattern.compile(".*\\.\\d+\\..*");

    /// @param all `name[shape]` of each, duplicates of tied tensors among them
    @ParameterizedTest(name = "{1}, tied {2}")
    @CsvFileSource(resources = "/huggingface-classes.txt", delimiter = '|')
    void hasTheTensorsOfTheClass(String base, String name, boolean tied, String all) {
        ObjectNode config = Config.of(Fixtures.folder(base)).object();
        config.putArray("architectures").add(name);
        config.put("tie_word_embeddings", tied);
        Table table = Mapping.of(Config.parse(Path.of("config.json"), config.toString()))
                .table();
        TreeSet<String> ours = table.stored().entrySet().stream()
                .filter(tensor -> !LAYER.matcher(tensor.getKey()).matches())
                .map(tensor -> tensor.getKey() + tensor.getValue().toString().replace(" ", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> theirs = Stream.of(all.split(" "))
                .filter(tensor -> {
                    String stored = tensor.substring(0, tensor.indexOf('['));
                    return table.stored().containsKey(stored)
                            || !table.tied().containsKey(stored) && !table.ignores(stored);
                })
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ours).isEqualTo(theirs);
    }
}
