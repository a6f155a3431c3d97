package io.attend.verify;

import io.attend.layer.Draws;
import io.attend.layer.Place;
import io.attend.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Hugging Face's layers drew by chance, `in.aux.NAME.LAYER` in the file.
///
/// @param names what layers call a choice here, and there
record Drawn(Inputs given, Map<String, String> names) implements Draws {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");

    @Override
    public Optional<Tensor> of(Place place, String what) {
        Matcher layer = LAYER.matcher(place.toString());
        return names.containsKey(what) && layer.find()
                ? given.find("aux." + names.get(what) + "." + layer.group(1))
                : Optional.empty();
    }
}
