/// Layers, the named parameters they are built from, the context they run in, and what they cost.
@NullMarked
package io.attend.layer;

import org.jspecify.annotations.NullMarked;
