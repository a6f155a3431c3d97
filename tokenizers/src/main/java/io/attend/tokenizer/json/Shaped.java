package io.attend.tokenizer.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The JSON shape of a type that is not a plain object with a `"type"` key.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Shaped {
    Shape value();

    enum Shape {
        /// A record as an array of its components: `["[SEP]", 102]`.
        ARRAY,
        /// A family whose variants are the one key of an object: `{"Regex": "\\d+"}`; a variant with one plain
        /// component holds it directly, one without components is its bare name: `"BatchLongest"`.
        ONE_KEY
    }
}
