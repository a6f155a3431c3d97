package io.attend.tokenizer.text;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.Shaped;
import io.attend.tokenizer.json.Spelled;
import java.util.regex.Matcher;
import java.util.regex.PatternSyntaxException;

/// What a rule looks for: a string, or a regular expression.
@Shaped(Shaped.Shape.ONE_KEY)
public sealed interface Pattern {
    /// The pattern with its tables, safe for all threads.
    Finder finder();

    /// The string itself.
    @Spelled("String")
    record Literal(String string) implements Pattern {
        @Override
        public Finder finder() {
            char[] wanted = string.toCharArray();
            return (text, start, end, found) -> {
                int i = start;
                while (wanted.length > 0 && i + wanted.length <= end) {
                    int j = 0;
                    while (j < wanted.length && text[i + j] == wanted[j]) {
                        j++;
                    }
                    if (j == wanted.length) {
                        found.span(i, i + j);
                        i += j;
                    } else {
                        i++;
                    }
                }
            };
        }
    }

    /// A regular expression in the dialect these files use: `\s`, `\w` and `\d` are Unicode's.
    record Regex(String regex) implements Pattern {
        public Regex {
            compile(regex);
        }

        @Override
        public Finder finder() {
            if (regex.equals(" {2,}") || regex.equals("\\s+")) {
                boolean any = regex.equals("\\s+");
                return (text, start, end, found) -> runs(text, start, end, any, found);
            }
            java.util.regex.Pattern compiled = compile(regex);
            return (text, start, end, found) -> {
                Matcher matcher =
                        compiled.matcher(new Bounded(text, start, end - start, new long[] {budget(end - start)}));
                try {
                    while (matcher.find()) {
                        if (matcher.end() > matcher.start()) {
                            found.span(start + matcher.start(), start + matcher.end());
                        }
                    }
                } catch (StackOverflowError e) {
                    throw new TokenizerException(
                            "regex " + regex + " recurses too deeply on a piece of " + (end - start) + " characters",
                            e);
                }
            };
        }

        private static java.util.regex.Pattern compile(String regex) {
            try {
                return java.util.regex.Pattern.compile(
                        translated(regex),
                        java.util.regex.Pattern.UNICODE_CHARACTER_CLASS | java.util.regex.Pattern.MULTILINE);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "regex " + regex + " is not understood: " + e.getDescription() + " at " + e.getIndex(), e);
            }
        }

        /// Runs of white space, or of two and more spaces.
        private static void runs(char[] text, int start, int end, boolean any, Spans found) {
            for (int i = start; i < end; i++) {
                if (text[i] == ' ' || any && CharacterClass.isSpace(text[i])) {
                    int from = i++;
                    while (i < end && (text[i] == ' ' || any && CharacterClass.isSpace(text[i]))) {
                        i++;
                    }
                    if (any || i - from > 1) {
                        found.span(from, i);
                    }
                }
            }
        }

        /// The expression in Java's dialect: here joiners are no word characters, and Latin-1 fractions and
        /// superscripts are.
        private static String translated(String regex) {
            StringBuilder java = new StringBuilder();
            for (int i = 0; i < regex.length(); i++) {
                char c = regex.charAt(i);
                char escaped = c == '\\' && i + 1 < regex.length() ? regex.charAt(++i) : 0;
                switch (escaped) {
                    case 0 -> java.append(c);
                    case 'w' -> java.append("[\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}²³¹¼-¾]");
                    case 'W' -> java.append("[^\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}²³¹¼-¾]");
                    case 'h' -> java.append("[0-9a-fA-F]");
                    case 'H' -> java.append("[^0-9a-fA-F]");
                    default -> java.append('\\').append(escaped);
                }
            }
            return java.toString();
        }

        /// How many characters a search may look at: enough for any sane expression, not for one that
        /// backtracks for ever.
        private static long budget(int length) {
            return 1_000_000 + 1_000L * length;
        }
    }

    /// Finds a pattern in `text[start, end)`, from left to right without overlaps.
    @FunctionalInterface
    interface Finder {
        void find(char[] text, int start, int end, Spans found);
    }

    /// Takes places as they are found.
    @FunctionalInterface
    interface Spans {
        void span(int start, int end);
    }

    /// Characters that may be looked at only so often.
    record Bounded(char[] text, int start, int length, long[] left) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new TokenizerException(
                        "a regex of the tokenizer backtracks without end on a piece of " + length + " characters");
            }
            return text[start + index];
        }

        @Override
        public Bounded subSequence(int from, int to) {
            return new Bounded(text, start + from, to - from, left);
        }

        @Override
        public String toString() {
            return new String(text, start, length);
        }
    }
}
