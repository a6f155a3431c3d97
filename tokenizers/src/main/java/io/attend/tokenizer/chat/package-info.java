/// Chat templates: the part of Jinja that published models use, in a sandbox. A template sees only the values
/// it is given, calls only what is listed here, and works within bounds of steps and output.
@org.jspecify.annotations.NullMarked
package io.attend.tokenizer.chat;
