/// Linear recurrences over a sequence, computed for many positions at once.
@NullMarked
package io.attend.scan;

import org.jspecify.annotations.NullMarked;
