@org.jspecify.annotations.NullMarked
package io.attend.app;
