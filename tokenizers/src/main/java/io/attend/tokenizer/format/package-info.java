/// Tokenizer files of every kind in use, each read into the one [io.attend.tokenizer.Pipeline]: one sealed
/// interface, one file per kind. Files are hostile: every length is checked against what is left before
/// anything is allocated.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.format;
