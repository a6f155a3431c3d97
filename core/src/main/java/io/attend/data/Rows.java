package io.attend.data;

import java.util.Iterator;

/// The rows of a file, read one after another: however long it is, one is in memory.
public interface Rows extends Iterator<Row>, AutoCloseable {
    @Override
    void close();
}
