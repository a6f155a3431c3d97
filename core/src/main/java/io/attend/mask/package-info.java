/// Which keys a query may attend to, as values.
@NullMarked
package io.attend.mask;

import org.jspecify.annotations.NullMarked;
