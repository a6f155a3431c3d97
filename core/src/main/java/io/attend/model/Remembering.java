package io.attend.model;

/// What a session keeps of the tokens it has taken.
public enum Remembering {
    /// What each layer needs of them, so that a step costs its new tokens only.
    STATES,
    /// The tokens alone, all of which go through the model again at every step: slow, with nothing but the
    /// model's own forward pass in it. A reference for the other way, and another answer where positions depend
    /// on how long the text has become.
    TOKENS
}
