package io.attend.tokenizer.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// How a record, a component or an enum constant is written in JSON where that is not its own name: components
/// are otherwise written in snake case, types and constants as they are.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Spelled {
    String value();
}
