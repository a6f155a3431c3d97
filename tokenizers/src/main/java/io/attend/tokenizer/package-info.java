/// Tokenizers in pure Java: text to ids and back, from every file format in use.
///
/// [io.attend.tokenizer.Tokenizer] is the face; its parts are values in the packages beside it, named as the
/// `tokenizer.json` format names them. Offsets count UTF-16 units, as Java's strings do, unless a name says
/// code points.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer;
