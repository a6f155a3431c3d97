/// What a model is trained on and measured with.
@org.jspecify.annotations.NullMarked
package io.attend.data;
