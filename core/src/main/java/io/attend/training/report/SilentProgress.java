package io.attend.training.report;

enum SilentProgress implements Progress {
    SILENT;

    @Override
    public void begin(long done, long total) {}

    @Override
    public void step(long done, String message) {}

    @Override
    public void close() {}
}
