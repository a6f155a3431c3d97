/// What turns tokens back into text: one sealed interface, one file per rule.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.decoder;
