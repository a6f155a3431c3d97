package io.attend.tokenizer;

/// A token that is found in a text before its model sees it.
///
/// `singleWord`: only where no letter or digit touches it. `lstrip`, `rstrip`: it takes the white space before,
/// after it. `normalized`: looked for in the text as normalized, not as it came. `special`: left out when
/// decoding.
public record AddedToken(
        int id,
        String content,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip,
        boolean normalized,
        boolean special) {

    static final AddedToken DEFAULT = new AddedToken(0, "", false, false, false, true, false);

    public AddedToken {
        if (id < 0) {
            throw new IllegalArgumentException("added token \"" + content + "\" has id " + id);
        }
    }

    /// A special token, found in the text as it came.
    public static AddedToken special(int id, String content) {
        return new AddedToken(id, content, false, false, false, false, true);
    }
}
