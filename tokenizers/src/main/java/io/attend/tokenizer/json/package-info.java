/// Records and sealed families to JSON and back: `permits` is the registry, unknown keys are refused with their
/// path.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.json;
