/// Models against numbers that another program computed.
@NullMarked
package io.attend.verify;

import org.jspecify.annotations.NullMarked;
