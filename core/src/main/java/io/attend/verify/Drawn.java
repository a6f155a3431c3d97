package io.attend.verify;

import io.attend.layer.Draws;
import io.attend.layer.Place;
import io.attend.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Hugging Face's layers drew by chance, `in.aux.NAME.LAYER` in the file, and the memory they began with,
/// `in.mems.LAYER`.
///
/// @param names what layers call a choice here, and there; `NAME.LAYER` where it is numbered otherwise there
record Drawn(Inputs given, Map<String, String> names) implements Draws {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");

    @Override
    public Optional<Tensor> of(Place place, String what) {
        Matcher layer = LAYER.matcher(place.toString());
        if (!layer.find()) {
            return Optional.empty();
        }
        if (what.equals("memory")) { // [M, B, E] there
            given.find("first_input_ids"); // the segment it was made of
            return given.find("mems." + layer.group(1)).map(memory -> memory.transpose(0, 1));
        }
        String own = what + "." + layer.group(1);
        if (names.containsKey(own)) {
            given.find("aux." + names.get(own).replace("randn", "buckets")); // what rotations lead to
            return given.find("aux." + names.get(own));
        }
        return names.containsKey(what) ? given.find("aux." + names.get(what) + "." + layer.group(1)) : Optional.empty();
    }
}
