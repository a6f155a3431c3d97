/// A text on its way through a pipeline: its characters, where each came from, and the pieces it is cut into.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.text;
