package io.attend.tokenizer;

import io.attend.tokenizer.trainer.Progress;
import io.attend.tokenizer.trainer.WordCounts;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/// Counts the words that a pipeline's normalizer and pre-tokenizer make of texts.
final class Words {
    /// How many characters of text are in memory at once, about.
    private static final int HELD = 1 << 24;

    private final Queue<WordCounts> idle = new ConcurrentLinkedQueue<>();
    private final Encoder encoder;
    private final ThreadLocal<AtomicReference<WordCounts>> current = ThreadLocal.withInitial(AtomicReference::new);

    private Words(Pipeline around) {
        encoder = new Encoder(
                around.with(List.of()),
                id -> "",
                () -> (chars, start, end, out) -> current.get().get().add(chars, start, end, 1));
    }

    static WordCounts count(Pipeline around, Iterable<String> texts, Progress progress) {
        Words words = new Words(around);
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
            batch.parallelStream().forEach(words::count);
            done += batch.size();
            progress.at("texts", done, 0);
        }
        WordCounts all = new WordCounts();
        words.idle.forEach(all::addAll);
        return all;
    }

    private void count(String text) {
        WordCounts counts = idle.poll();
        counts = counts != null ? counts : new WordCounts();
        current.get().set(counts);
        Encoder.Worker worker = encoder.worker();
        try {
            worker.encode(text, false);
        } finally {
            encoder.release(worker);
            idle.offer(counts);
        }
    }
}
