/// The transformer for the JVM.
@org.jspecify.annotations.NullMarked
package io.attend;
