/// Tokenizers side by side with their peers, in one run. Data lies in `shared/data`, in this folder or one
/// above.
@org.jspecify.annotations.NullMarked
package io.attend.bench.tokenizer;
