package io.attend.tokenizer.chat;

import io.attend.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.List;

/// Cuts a template into text and the tokens between its braces, with the white space around statements taken
/// away as Hugging Face does: the line break behind a block, and the spaces before a block that begins its
/// line.
final class Lexer {
    enum Kind {
        TEXT,
        /// `{{`, `}}`, `{%`, `%}` and operators.
        SYMBOL,
        NAME,
        STRING,
        NUMBER,
        END
    }

    record Token(Kind kind, String text, int at) {
        boolean is(String symbol) {
            return (kind == Kind.SYMBOL || kind == Kind.NAME) && text.equals(symbol);
        }
    }

    private static final List<String> SYMBOLS = List.of(
            "==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "+", "-", "*", "/", "%", "~", "|", ".", ",", ":", "(",
            ")", "[", "]", "{", "}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        boolean strip = false;
        boolean trim = false;
        while (at < source.length()) {
            int open = open(at);
            String text = source.substring(at, open);
            if (strip) {
                text = text.stripLeading();
            } else if (trim && text.startsWith("\n")) {
                text = text.substring(1);
            }
            strip = false;
            trim = false;
            if (open == source.length()) {
                add(Kind.TEXT, text, at);
                break;
            }
            char kind = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            if (sign == '-') {
                text = text.stripTrailing();
            } else if (kind != '{' && sign != '+') {
                text = withoutIndent(text);
            }
            add(Kind.TEXT, text, at);
            at = open + (sign == '-' || sign == '+' ? 3 : 2);
            String close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
            if (kind == '#') {
                at = source.indexOf(close, at);
                if (at < 0) {
                    throw fail(open, "a comment that does not end");
                }
            } else {
                tokens.add(new Token(Kind.SYMBOL, "{" + kind, open));
                inside(close, open);
                tokens.add(new Token(Kind.SYMBOL, close, at));
            }
            strip = source.charAt(at - 1) == '-';
            trim = kind != '{' && source.charAt(at - 1) != '+';
            at += 2;
        }
        tokens.add(new Token(Kind.END, "", source.length()));
    }

    private int open(int from) {
        for (int i = from; i + 1 < source.length(); i++) {
            char next = source.charAt(i + 1);
            if (source.charAt(i) == '{' && (next == '{' || next == '%' || next == '#')) {
                return i;
            }
        }
        return source.length();
    }

    /// Without the spaces behind its last line break, or all of it if it begins the template and is only
    /// spaces.
    private String withoutIndent(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        boolean begins = end == 0 ? tokens.isEmpty() || trimmed() : text.charAt(end - 1) == '\n';
        return begins ? text.substring(0, end) : text;
    }

    /// Whether the line break before this text was taken away, so that the text begins a line.
    private boolean trimmed() {
        return at > 0 && source.charAt(at) == '\n' || at == 0;
    }

    private void add(Kind kind, String text, int from) {
        if (!text.isEmpty()) {
            tokens.add(new Token(kind, text, from));
        }
    }

    private void inside(String close, int open) {
        int depth = 0;
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
            if (at >= source.length()) {
                throw fail(open, "braces that do not close");
            }
            if (depth == 0 && source.startsWith(close, at)) {
                return;
            }
            if (depth == 0 && (source.startsWith("-" + close, at) || source.startsWith("+" + close, at))) {
                at++;
                return;
            }
            char c = source.charAt(at);
            if (c == '\'' || c == '"') {
                string(c);
            } else if (Character.isDigit(c)) {
                number();
            } else if (Character.isLetter(c) || c == '_') {
                int from = at;
                while (at < source.length()
                        && (Character.isLetterOrDigit(source.charAt(at)) || source.charAt(at) == '_')) {
                    at++;
                }
                tokens.add(new Token(Kind.NAME, source.substring(from, at), from));
            } else {
                String symbol = SYMBOLS.stream()
                        .filter(s -> source.startsWith(s, at))
                        .findFirst()
                        .orElseThrow(() -> fail(at, "\"" + c + "\", which means nothing here"));
                depth += "([{".contains(symbol) ? 1 : ")]}".contains(symbol) ? -1 : 0;
                tokens.add(new Token(Kind.SYMBOL, symbol, at));
                at += symbol.length();
            }
        }
    }

    private void string(char quote) {
        int from = at++;
        StringBuilder text = new StringBuilder();
        while (at < source.length() && source.charAt(at) != quote) {
            char c = source.charAt(at++);
            if (c == '\\' && at < source.length()) {
                c = source.charAt(at++);
                switch (c) {
                    case 'n' -> text.append('\n');
                    case 't' -> text.append('\t');
                    case 'r' -> text.append('\r');
                    case '\\', '\'', '"' -> text.append(c);
                    case 'u' -> {
                        if (at + 4 > source.length()) {
                            throw fail(from, "a string that does not end");
                        }
                        try {
                            text.append((char) Integer.parseInt(source.substring(at, at + 4), 16));
                        } catch (NumberFormatException e) {
                            throw fail(at, "\\u without four hexadecimal digits");
                        }
                        at += 4;
                    }
                    default -> text.append('\\').append(c);
                }
            } else {
                text.append(c);
            }
        }
        if (at >= source.length()) {
            throw fail(from, "a string that does not end");
        }
        at++;
        tokens.add(new Token(Kind.STRING, text.toString(), from));
    }

    private void number() {
        int from = at;
        while (at < source.length() && (Character.isDigit(source.charAt(at)) || source.charAt(at) == '_')) {
            at++;
        }
        if (at + 1 < source.length() && source.charAt(at) == '.' && Character.isDigit(source.charAt(at + 1))) {
            at++;
            while (at < source.length() && Character.isDigit(source.charAt(at))) {
                at++;
            }
        }
        tokens.add(new Token(Kind.NUMBER, source.substring(from, at).replace("_", ""), from));
    }

    private TokenizerException fail(int place, String what) {
        return fail(source, place, what);
    }

    /// An error at a place of a template.
    static TokenizerException fail(String source, int place, String what) {
        String before = source.substring(0, Math.min(place, source.length()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        return new TokenizerException("chat template: line " + line + ", column " + column + ": " + what);
    }
}
