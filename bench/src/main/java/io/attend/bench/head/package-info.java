/// What heads over large vocabularies cost.
@NullMarked
package io.attend.bench.head;

import org.jspecify.annotations.NullMarked;
