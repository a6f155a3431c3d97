package io.attend.tokenizer.postprocessor;

import io.attend.tokenizer.json.Shaped;

/// A token with its id, written `["[SEP]", 102]`.
@Shaped(Shaped.Shape.ARRAY)
public record NamedToken(String token, int id) {}
