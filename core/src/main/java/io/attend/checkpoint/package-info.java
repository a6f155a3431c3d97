/// Weights on disk: safetensors files read memory-mapped and written atomically, and the run folder.
///
/// Every file read here is hostile until proven otherwise: no size in it is believed before it is compared with
/// the file, and whatever is not understood is refused with a [CheckpointException].
@NullMarked
package io.attend.checkpoint;

import org.jspecify.annotations.NullMarked;
