/// What makes a model from texts: one sealed interface, one file per algorithm. Deterministic: the same texts
/// and settings give the same model, however many threads count.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.trainer;
