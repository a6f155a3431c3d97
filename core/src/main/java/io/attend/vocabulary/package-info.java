/// The study of vocabularies: what each size and algorithm costs and brings on one's own texts, and which to
/// take.
@org.jspecify.annotations.NullMarked
package io.attend.vocabulary;
