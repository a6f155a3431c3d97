package io.attend.value;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The publication a variant follows. Read by the catalogue, and by the test that refuses a variant without
/// one.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Source {
    /// Authors' title of the publication.
    String paper();

    /// arXiv number, such as `1706.03762`, or empty.
    String arxiv() default "";

    /// Where it appeared, if not on arXiv.
    String reference() default "";
}
