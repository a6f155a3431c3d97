package io.attend.hub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A model on a hub: `ORG/NAME`, or `NAME` of the oldest ones, and a revision: a branch, a tag or a commit.
public record ModelName(String repository, String revision) {
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");
    private static final Pattern WRITTEN = Pattern.compile("([^@]+)(?:@(.+))?");

    /// @throws IllegalArgumentException if it cannot be a model's name
    public ModelName {
        String[] parts = repository.split("/", -1);
        boolean named = parts.length <= 2;
        for (String part : parts) {
            named &= PART.matcher(part).matches() && !part.contains("..") && !part.contains("--");
        }
        if (!named) {
            throw new IllegalArgumentException("\"" + repository + "\" is not a model's name; write ORG/NAME");
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..") || revision.contains("//")) {
            throw new IllegalArgumentException(
                    "\"" + revision + "\" is not a revision; write a branch, a tag or a commit");
        }
    }

    /// `ORG/NAME` or `ORG/NAME@REVISION`; the revision is `main` if none is given.
    ///
    /// @throws IllegalArgumentException if it cannot be a model's name
    public static ModelName of(String written) {
        Matcher matcher = WRITTEN.matcher(written);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + written + "\" is not a model's name; write ORG/NAME@REVISION");
        }
        return new ModelName(matcher.group(1), matcher.group(2) == null ? "main" : matcher.group(2));
    }

    @Override
    public String toString() {
        return revision.equals("main") ? repository : repository + "@" + revision;
    }
}
