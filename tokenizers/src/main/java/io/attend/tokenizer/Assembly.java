package io.attend.tokenizer;

import io.attend.tokenizer.postprocessor.Part;
import io.attend.tokenizer.postprocessor.PostProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Texts encoded, cut to length, and put together with special tokens.
final class Assembly {
    private final Encoder encoder;
    private final Optional<Truncation> truncation;
    private final List<Part> single;
    private final List<Part> pair;

    Assembly(Pipeline pipeline, Encoder encoder) {
        this.encoder = encoder;
        truncation = pipeline.truncation();
        single = pipeline.postProcessor().map(p -> p.parts(false)).orElseGet(() -> PostProcessor.plain(false));
        pair = pipeline.postProcessor().map(p -> p.parts(true)).orElseGet(() -> PostProcessor.plain(true));
    }

    /// The ids of one text, untruncated.
    int[] ids(String text, Specials specials) {
        Encoder.Worker worker = encoder.worker();
        try {
            worker.encode(text, false);
            int[] ids = worker.tokens.ids();
            return specials == Specials.SKIP || single.equals(PostProcessor.plain(false)) ? ids : surrounded(ids);
        } finally {
            encoder.release(worker);
        }
    }

    private int[] surrounded(int[] ids) {
        int texts =
                (int) single.stream().filter(p -> p instanceof Part.Sequence).count();
        int[] whole = new int[ids.length * texts + added(single)];
        int at = 0;
        for (Part part : single) {
            switch (part) {
                case Part.Sequence _ -> {
                    System.arraycopy(ids, 0, whole, at, ids.length);
                    at += ids.length;
                }
                case Part.Special(List<Integer> special, int _) -> {
                    for (int id : special) {
                        whole[at++] = id;
                    }
                }
            }
        }
        return whole;
    }

    /// How many special tokens there are in parts.
    private static int added(List<Part> parts) {
        return parts.stream()
                .mapToInt(p -> p instanceof Part.Special s ? s.ids().size() : 0)
                .sum();
    }

    Encoding encode(String text, Specials specials) {
        return truncation.isEmpty()
                ? whole(single, text, Optional.empty(), specials)
                : truncated(single, text, Optional.empty(), specials, truncation.get());
    }

    Encoding encode(String first, String second, Specials specials) {
        return truncation.isEmpty()
                ? whole(pair, first, Optional.of(second), specials)
                : truncated(pair, first, Optional.of(second), specials, truncation.get());
    }

    private Encoding whole(List<Part> parts, String first, Optional<String> second, Specials specials) {
        Encoder.Worker a = encoder.worker();
        Encoder.Worker b = second.isPresent() ? encoder.worker() : a;
        try {
            a.encode(first, true);
            second.ifPresent(text -> b.encode(text, true));
            return Encoding.of(parts, specials == Specials.KEEP, a.tokens, first, b.tokens, second.orElse(first));
        } finally {
            encoder.release(a);
            if (b != a) {
                encoder.release(b);
            }
        }
    }

    private Encoding truncated(
            List<Part> parts, String first, Optional<String> second, Specials specials, Truncation truncation) {
        int added = specials == Specials.SKIP ? 0 : added(parts);
        int room = truncation.maxLength() - added;
        if (room < 0) {
            throw new TokenizerException("truncation to " + truncation.maxLength() + " tokens leaves no room for "
                    + added + " special ones");
        }
        Encoding a = alone(first, false);
        Optional<Encoding> b = second.map(text -> alone(text, true));
        int[] lengths = truncation.lengths(a.size(), b.map(Encoding::size).orElse(0), second.isPresent(), room);
        Encoding cutA = a.truncated(lengths[0], truncation.stride(), truncation.direction());
        Optional<Encoding> cutB = b.map(e -> e.truncated(lengths[1], truncation.stride(), truncation.direction()));
        List<Encoding> joined = new ArrayList<>(parts.size());
        for (Part part : parts) {
            switch (part) {
                case Part.Sequence(boolean isSecond, int type) ->
                    joined.add((isSecond ? cutB.orElseThrow() : cutA).withType(type));
                case Part.Special(List<Integer> ids, int type) -> {
                    if (specials == Specials.KEEP) {
                        joined.add(Encoding.outside(ids, type, true));
                    }
                }
            }
        }
        return Encoding.joined(joined);
    }

    /// A text without anything around it.
    private Encoding alone(String text, boolean second) {
        return whole(List.of(new Part.Sequence(false, second ? 1 : 0)), text, Optional.empty(), Specials.KEEP)
                .ofSequence(second ? 1 : 0);
    }
}
