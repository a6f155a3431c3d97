/// An architecture as a value: created, compared, printed and read from JSON without native code.
@NullMarked
package io.attend.architecture;

import org.jspecify.annotations.NullMarked;
