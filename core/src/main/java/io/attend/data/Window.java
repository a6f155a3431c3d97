package io.attend.data;

/// Tokens that are read together, and what follows each.
///
/// @param read the tokens
/// @param follows the token behind each, or [io.attend.head.Head#IGNORED] where nothing is asked
/// @param documents to which document each belongs, counted from 0 in this window; padding to one of its own
/// @param positions where each stands in its document, or in the part of it that is here
/// @param tokens how many are real; the others, behind them, are padding
public record Window(int[] read, int[] follows, int[] documents, int[] positions, int tokens) {}
