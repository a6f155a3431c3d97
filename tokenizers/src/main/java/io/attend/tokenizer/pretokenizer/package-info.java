/// What cuts a text into the pieces a model sees: one sealed interface, one file per rule.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.pretokenizer;
