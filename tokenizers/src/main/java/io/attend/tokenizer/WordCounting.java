package io.attend.tokenizer;

import io.attend.tokenizer.model.Segmenter;
import io.attend.tokenizer.trainer.Progress;
import io.attend.tokenizer.trainer.WordCounts;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Counts the words that a pipeline's normalizer and pre-tokenizer make of texts: an [Encoder] whose segmenters
/// count, each for itself.
final class WordCounting {
    /// How many characters of text are in memory at once, about.
    private static final int HELD = 1 << 24;

    private final Queue<WordCounts> parts = new ConcurrentLinkedQueue<>();
    private final Encoder encoder;

    private WordCounting(Pipeline around) {
        encoder = new Encoder(around.with(List.of()), id -> "", this::counter);
    }

    static WordCounts count(Pipeline around, Iterable<String> texts, Progress progress) {
        WordCounting counting = new WordCounting(around);
        Iterator<String> rest = texts.iterator();
        long done = 0;
        while (rest.hasNext()) {
            List<String> batch = new ArrayList<>();
            long held = 0;
            while (rest.hasNext() && held < HELD) {
                String text = rest.next();
                batch.add(text);
                held += text.length() + 16;
            }
            batch.parallelStream().forEach(counting::count);
            done += batch.size();
            progress.at("texts", done, 0);
        }
        WordCounts all = new WordCounts();
        counting.parts.forEach(all::addAll);
        return all;
    }

    private Segmenter counter() {
        WordCounts counts = new WordCounts();
        parts.add(counts);
        return (chars, start, end, out) -> counts.add(chars, start, end, 1);
    }

    private void count(String text) {
        Encoder.Worker worker = encoder.worker();
        try {
            worker.encode(text, false);
        } finally {
            encoder.release(worker);
        }
    }
}
