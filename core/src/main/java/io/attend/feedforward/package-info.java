/// Position-wise feed-forward networks.
@NullMarked
package io.attend.feedforward;

import org.jspecify.annotations.NullMarked;
