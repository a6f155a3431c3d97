package io.attend.huggingface;

import io.attend.checkpoint.CheckpointException;
import io.attend.huggingface.Stored.Form;
import io.attend.tensor.Lifetime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Whether the tensors on disk are those the configuration calls for: each there, of its shape, and none left
/// over.
final class Completeness {
    private static final int SHOWN = 20;

    private final Table table;
    private final Stored stored;
    private final Map<String, Form> forms;
    private final Set<String> unused;
    private final Map<String, String> spelled = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Completeness(Table table, Stored stored) {
        this.table = table;
        this.stored = stored;
        this.forms = stored.forms();
        this.unused = new LinkedHashSet<>(forms.keySet());
    }

    /// How the files spell each name they must have.
    ///
    /// @throws CheckpointException listing everything that does not fit
    static Map<String, String> check(Table table, Stored stored) {
        Completeness check = new Completeness(table, stored);
        check.shapes();
        check.formulas();
        check.duplicates();
        check.unused.removeIf(table::ignores);
        check.unused.forEach(
                name -> check.problems.add(name + " " + check.form(name).shape() + " has no place in the model"));
        check.complain();
        return check.spelled;
    }

    private Form form(String name) {
        return Objects.requireNonNull(forms.get(name));
    }

    private Optional<String> find(String name) {
        return table.spellings(name).stream().filter(forms::containsKey).findFirst();
    }

    /// The same, or under the name of a duplicate, which Hugging Face may have kept in its place.
    private Optional<String> findAny(String name) {
        return find(name)
                .or(() -> table.tied().entrySet().stream()
                        .filter(tie -> tie.getValue().equals(name))
                        .flatMap(tie -> find(tie.getKey()).stream())
                        .findFirst());
    }

    private void shapes() {
        table.stored().forEach((name, shape) -> {
            Optional<String> found = findAny(name);
            if (found.isEmpty()) {
                problems.add(name + " is missing");
                return;
            }
            Form form = form(found.get());
            spelled.put(name, found.get());
            unused.remove(found.get());
            if (!form.shape().equals(shape)) {
                problems.add(found.get() + " is " + form.shape() + ", but " + stored.source() + " says " + shape);
            } else if (!form.dtype().isFloating() && !table.kept().containsKey(name)) {
                problems.add(found.get() + " is " + form.dtype() + ", but weights are floating-point");
            }
        });
    }

    private void formulas() {
        table.kept().forEach((name, kept) -> {
            String found = spelled.get(name);
            if (kept.checked() && found != null && form(found).shape().equals(kept.shape()) && !agrees(found, kept)) {
                problems.add(found + " is not what it should be: " + kept.reason());
            }
        });
    }

    private boolean agrees(String name, Table.Kept kept) {
        try (Lifetime _ = Lifetime.open()) {
            float[] numbers = stored.tensor(name).toFloats();
            float[] formula = kept.fresh().make(kept.shape());
            for (int i = 0; i < formula.length; i++) {
                if (!(Math.abs(numbers[i] - formula[i]) <= 0.01)) { // as exact as bfloat16
                    return false;
                }
            }
            return true;
        }
    }

    private void duplicates() {
        table.tied().forEach((name, other) -> {
            Optional<String> copy = find(name);
            String original = spelled.get(other);
            if (copy.isPresent() && original != null && unused.remove(copy.get())) {
                if (!form(copy.get()).equals(form(original)) || !stored.areEqual(copy.get(), original)) {
                    problems.add(copy.get() + " differs from " + original + ", but " + stored.source()
                            + " says that they are one (tie_word_embeddings)");
                }
                spelled.put(name, copy.get());
            }
        });
    }

    private void complain() {
        if (!problems.isEmpty()) {
            throw new CheckpointException(
                    stored.path(),
                    problems.size() + (problems.size() == 1 ? " tensor does" : " tensors do") + " not fit "
                            + stored.source() + ": "
                            + String.join("; ", problems.subList(0, Math.min(SHOWN, problems.size())))
                            + (problems.size() > SHOWN ? "; and " + (problems.size() - SHOWN) + " more" : "")
                            + ". Use the " + stored.source() + " that the weights were saved with, or download both"
                            + " again");
        }
    }
}
