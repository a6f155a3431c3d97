/// Which experts a token goes to, and the losses that keep them evenly used.
@NullMarked
package io.attend.router;

import org.jspecify.annotations.NullMarked;
