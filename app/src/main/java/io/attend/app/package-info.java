/// The `attend` command.
@NullMarked
package io.attend.app;

import org.jspecify.annotations.NullMarked;
