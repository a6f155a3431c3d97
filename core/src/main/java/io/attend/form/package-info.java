/// What a text must look like, as a regular expression or a JSON schema says, and the automaton that tells.
@NullMarked
package io.attend.form;

import org.jspecify.annotations.NullMarked;
