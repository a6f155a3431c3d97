package io.attend.data;

import java.util.List;

/// A question, a text, and the part of the text that answers it: an example for a model that points at answers.
///
/// @param answer empty if the text has none
/// @param start where the answer begins in the text, in UTF-16 units
public record Question(String question, String context, String answer, int start) implements Example {
    public Question {
        if (start < 0 || !context.startsWith(answer, start)) {
            throw new IllegalArgumentException("the answer \"" + answer + "\" to \"" + question
                    + "\" does not stand at " + start + " of its text; give the place where it begins");
        }
    }

    @Override
    public List<String> texts() {
        return List.of(question, context);
    }
}
