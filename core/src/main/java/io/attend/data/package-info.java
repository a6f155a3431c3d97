/// Examples, batches and their order.
@NullMarked
package io.attend.data;

import org.jspecify.annotations.NullMarked;
