package io.attend.tokenizer.text;

/// What kind of character a code point is, as one byte of flags from one table: letters, numbers, white space,
/// marks, punctuation and symbols, upper and lower case.
///
/// The Unicode version is the JDK's.
public final class CharacterClass {
    public static final int LETTER = 1;
    public static final int NUMBER = 2;
    /// White_Space, as `\s` has it.
    public static final int SPACE = 4;
    public static final int MARK = 8;
    /// Upper or title case letters, `\p{Lu}\p{Lt}`.
    public static final int UPPER = 16;
    /// `\p{Ll}`.
    public static final int LOWER = 32;
    /// `\p{P}`.
    public static final int PUNCTUATION = 64;
    /// `\p{S}`.
    public static final int SYMBOL = 128;

    private static final byte[] BASIC = new byte[0x10000];

    static {
        for (int i = 0; i < BASIC.length; i++) {
            BASIC[i] = (byte) compute(i);
        }
    }

    private CharacterClass() {}

    /// The flags of a character of the basic plane; a surrogate has none.
    public static int of(char c) {
        return BASIC[c] & 0xff;
    }

    /// The flags of a code point.
    public static int of(int codePoint) {
        return codePoint < 0x10000 ? BASIC[codePoint] & 0xff : compute(codePoint);
    }

    /// The flags of the code point at `chars[at]`.
    public static int at(char[] chars, int at, int end) {
        char c = chars[at];
        return Character.isHighSurrogate(c) && at + 1 < end
                ? compute(Character.toCodePoint(c, chars[at + 1]))
                : BASIC[c] & 0xff;
    }

    /// Whether a code point is white space in the sense of the Unicode property.
    public static boolean isSpace(int codePoint) {
        return switch (codePoint) {
            case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> codePoint >= 0x2000 && codePoint <= 0x200A;
        };
    }

    private static int compute(int codePoint) {
        int flags = isSpace(codePoint) ? SPACE : 0;
        return flags
                | switch (Character.getType(codePoint)) {
                    case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | UPPER;
                    case Character.LOWERCASE_LETTER -> LETTER | LOWER;
                    case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER;
                    case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
                    case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> MARK;
                    case Character.CONNECTOR_PUNCTUATION,
                            Character.DASH_PUNCTUATION,
                            Character.START_PUNCTUATION,
                            Character.END_PUNCTUATION,
                            Character.INITIAL_QUOTE_PUNCTUATION,
                            Character.FINAL_QUOTE_PUNCTUATION,
                            Character.OTHER_PUNCTUATION -> PUNCTUATION;
                    case Character.MATH_SYMBOL,
                            Character.CURRENCY_SYMBOL,
                            Character.MODIFIER_SYMBOL,
                            Character.OTHER_SYMBOL -> SYMBOL;
                    default -> 0;
                };
    }

    /// Whether a code point is part of a word, as `\w` has it: alphabetic, a mark, a decimal digit, a connector
    /// or a joiner.
    public static boolean isWord(int codePoint) {
        return Character.isAlphabetic(codePoint)
                || switch (Character.getType(codePoint)) {
                    case Character.NON_SPACING_MARK,
                            Character.ENCLOSING_MARK,
                            Character.COMBINING_SPACING_MARK,
                            Character.DECIMAL_DIGIT_NUMBER,
                            Character.CONNECTOR_PUNCTUATION -> true;
                    default -> codePoint == 0x200C || codePoint == 0x200D;
                };
    }
}
