package io.attend.measure;

import io.attend.architecture.Convolve;
import io.attend.architecture.Recur;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Sublayer;
import io.attend.attention.Attention;
import io.attend.convolution.Convolution;
import io.attend.recurrence.Recurrence;
import io.attend.value.Variants;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Every way there is for the positions of one text to hear of each other: attentions, convolutions and
/// recurrences, by the names of their variants, found through their `permits` lists.
public final class Mixers {
    private Mixers() {}

    /// Every example of each: `SoftmaxAttention.CAUSAL`.
    public static Map<String, Sublayer> examples() {
        Map<String, Sublayer> all = new LinkedHashMap<>();
        collect(all, Attention.class, SelfAttention::new);
        collect(all, Convolution.class, Convolve::new);
        collect(all, Recurrence.class, Recur::new);
        all.values()
                .removeIf(mixer ->
                        mixer instanceof Recur recur && recur.recurrence().reads());
        return all;
    }

    private static <F> void collect(Map<String, Sublayer> all, Class<F> family, Function<F, Sublayer> branch) {
        Variants.of(family)
                .forEach((name, variant) -> Variants.named(variant)
                        .forEach((field, example) -> all.put(name + "." + field, branch.apply(family.cast(example)))));
    }

    /// Of each variant what reads in both directions and what reads only back, if there is such: the first
    /// example that does.
    public static Map<String, Sublayer> eachWay() {
        Map<String, Sublayer> each = new LinkedHashMap<>();
        Map<String, Map<Boolean, String>> found = new TreeMap<>();
        examples().forEach((name, mixer) -> {
            String variant = name.substring(0, name.indexOf('.'));
            if (found.computeIfAbsent(variant, _ -> new TreeMap<>()).putIfAbsent(mixer.causal(), name) == null) {
                each.put(name, mixer);
            }
        });
        return each;
    }
}
