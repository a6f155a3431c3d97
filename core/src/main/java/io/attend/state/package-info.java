/// What a layer remembers between the steps of a generation.
@NullMarked
package io.attend.state;

import org.jspecify.annotations.NullMarked;
