package io.attend.hub;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Which files of a model are wanted.
public final class Selection {
    private static final Pattern READ =
            Pattern.compile("config\\.json|generation_config\\.json|preprocessor_config\\.json"
                    + "|tokenizer\\.json|tokenizer_config\\.json|special_tokens_map\\.json|added_tokens\\.json"
                    + "|vocab\\.(json|txt)|merges\\.txt|chat_template\\.jinja|[^/]+\\.(model|tiktoken)");
    private static final Pattern NAMED_WEIGHTS = Pattern.compile("model[^/]*\\.safetensors(\\.index\\.json)?");
    private static final Pattern WEIGHTS = Pattern.compile("[^/]+\\.safetensors(\\.index\\.json)?");

    private final List<PathMatcher> globs;

    private Selection(List<PathMatcher> globs) {
        this.globs = globs;
    }

    /// What Attend reads: configuration, safetensors, tokenizer. No pickles, no second copy in another form.
    public static Selection ofWhatIsRead() {
        return new Selection(List.of());
    }

    /// Files whose path matches one of these, such as `*.gguf` or `onnx/**`.
    ///
    /// @throws IllegalArgumentException naming a glob that is none
    public static Selection of(List<String> globs) {
        return new Selection(globs.stream().map(Selection::matcher).toList());
    }

    /// The files of a model that are wanted.
    List<HubFile> of(Listing listing) {
        if (!globs.isEmpty()) {
            return listing.files().stream()
                    .filter(file -> globs.stream().anyMatch(glob -> glob.matches(Path.of(file.path()))))
                    .toList();
        }
        boolean named = listing.files().stream()
                .anyMatch(file -> NAMED_WEIGHTS.matcher(file.path()).matches());
        Pattern weights = named ? NAMED_WEIGHTS : WEIGHTS;
        return listing.files().stream()
                .filter(file -> READ.matcher(file.path()).matches()
                        || weights.matcher(file.path()).matches())
                .toList();
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("\"" + glob + "\" is not a glob: " + e.getDescription(), e);
        }
    }
}
