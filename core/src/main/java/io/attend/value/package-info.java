/// What every variant of every family is: a record that is read from and written to JSON, names its source, and
/// is found through `permits`.
@NullMarked
package io.attend.value;

import org.jspecify.annotations.NullMarked;
