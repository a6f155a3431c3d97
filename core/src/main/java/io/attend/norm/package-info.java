/// Normalisations.
@NullMarked
package io.attend.norm;

import org.jspecify.annotations.NullMarked;
