/// Recurrent networks, with and without an attention of their own.
@NullMarked
package io.attend.recurrence;

import org.jspecify.annotations.NullMarked;
