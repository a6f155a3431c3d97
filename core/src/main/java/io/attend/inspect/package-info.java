/// Looking inside: an architecture as a tree, the catalogue of variants.
@NullMarked
package io.attend.inspect;

import org.jspecify.annotations.NullMarked;
