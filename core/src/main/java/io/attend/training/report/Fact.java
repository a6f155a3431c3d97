package io.attend.training.report;

/// A figure of a run's summary, as text ready to read: `exact match`, `99.4%`.
public record Fact(String name, String value) {}
