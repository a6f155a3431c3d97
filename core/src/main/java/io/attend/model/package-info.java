/// The one model class, and sessions that generate with it.
@NullMarked
package io.attend.model;

import org.jspecify.annotations.NullMarked;
