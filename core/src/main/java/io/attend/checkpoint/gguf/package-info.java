/// GGUF files: read memory-mapped, written atomically; their blocks of few bits; and, one file per
/// architecture, the names and numbers in them as Hugging Face has them.
///
/// Everything read here is hostile until proven otherwise, as in [io.attend.checkpoint].
@NullMarked
package io.attend.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
