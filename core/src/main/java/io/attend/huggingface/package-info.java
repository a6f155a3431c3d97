/// Models of Hugging Face, read from their folders and written as such.
@NullMarked
package io.attend.huggingface;

import org.jspecify.annotations.NullMarked;
