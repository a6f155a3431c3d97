/// What turns a piece of text into ids: one sealed interface, one file per algorithm.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.model;
