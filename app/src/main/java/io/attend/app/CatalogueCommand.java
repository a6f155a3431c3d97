package io.attend.app;

import io.attend.checkpoint.Atomic;
import io.attend.inspect.Catalogue;
import io.attend.value.Variants;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "catalogue",
        description =
                "List every variant there is, or show the page of one: what it is, formula, source, keys and an example.",
        subcommands = {CatalogueEfficient.class})
final class CatalogueCommand implements Callable<Integer> {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "A variant, such as SoftmaxAttention.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--source", description = "Show the variant's source file instead of its page.")
    private boolean source;

    @Option(names = "--write", paramLabel = "FILE", description = "Write the whole catalogue as Markdown.")
    private Optional<Path> write = Optional.empty();

    @Option(names = "--json", description = "The families and their variants as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        if (name.isPresent()) {
            Class<? extends Record> variant = Catalogue.variants().get(name.get());
            if (variant == null) {
                throw new UsageException("there is no variant " + name.get() + "; attend catalogue lists them");
            }
            out.print(source ? Variants.source(variant) : "# " + name.get() + "\n\n" + Catalogue.page(variant));
        } else if (write.isPresent()) {
            Atomic.text(write.get(), Catalogue.markdown());
        } else if (json) {
            Map<String, Object> families = new LinkedHashMap<>();
            Catalogue.families()
                    .forEach(family -> families.put(
                            family.getSimpleName(), Variants.of(family).keySet()));
            Output.json(out, families);
        } else {
            for (Class<?> family : Catalogue.families()) {
                out.println(family.getSimpleName());
                out.println("  " + String.join(", ", Variants.of(family).keySet()));
            }
            out.println();
            out.println("attend catalogue NAME shows the page of one, --source its source file.");
        }
        out.flush();
        return 0;
    }
}
