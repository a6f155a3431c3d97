package io.attend.form;

import io.attend.value.Source;

/// Texts that a regular expression matches from beginning to end.
///
///     RegularExpression("(yes|no), because [^.]+\\.")
///
/// Known are characters, `.`, classes `[a-z]` and `[^a-z]`, `\d \w \s` and their opposites (of ASCII), groups,
/// `|`, `*`, `+`, `?`, `{2,5}`; `^` and `$` may stand at the ends. What looks around or back is refused.
@Source(paper = "Efficient Guided Generation for Large Language Models", arxiv = "2307.09702")
public record RegularExpression(String pattern) implements Form {
    public static final RegularExpression EXAMPLE = new RegularExpression("(yes|no), because [a-z ]{3,}\\.");

    public RegularExpression {
        ExpressionParser.whole(pattern);
    }

    @Override
    public Expression expression() {
        return ExpressionParser.whole(pattern);
    }
}
