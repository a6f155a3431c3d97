package io.attend.data;

/// A pair as token ids: what is read, and what is written between the begin and end tokens.
public record TokenPair(int[] source, int[] target) {}
