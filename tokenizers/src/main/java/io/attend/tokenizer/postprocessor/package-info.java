/// What adds special tokens around encoded texts: one sealed interface, one file per rule.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.postprocessor;
