package io.attend.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// A stream that is closed if nothing comes for too long: the client has no limit for that.
final class Watchdog implements AutoCloseable {
    private final InputStream stream;
    private final Duration patience;
    private final Thread watching;
    private volatile long last = System.nanoTime();

    Watchdog(InputStream stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
        this.watching = Thread.ofVirtual().start(this::watch);
    }

    int read(byte[] buffer, int most) throws IOException {
        int count = stream.read(buffer, 0, most);
        last = System.nanoTime();
        return count;
    }

    byte[] readAtMost(int most) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 13];
        for (int count;
                all.size() < most && (count = read(buffer, Math.min(buffer.length, most - all.size()))) >= 0; ) {
            all.write(buffer, 0, count);
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        watching.interrupt();
    }

    private void watch() {
        try {
            while (System.nanoTime() - last < patience.toNanos()) {
                Thread.sleep(Math.max(10, patience.toMillis() / 4));
            }
            stream.close();
        } catch (InterruptedException | IOException _) {
            // the reader is done, or has the failure itself
        }
    }
}
