/// What rewrites a text before it is cut: one sealed interface, one file per rule.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.normalizer;
