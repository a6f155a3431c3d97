package io.attend.tokenizer.chat;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.chat.Expression.Arguments;
import io.attend.tokenizer.chat.Lexer.Kind;
import io.attend.tokenizer.chat.Lexer.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a template by recursive descent, in Jinja's order of precedence.
final class Parser {
    private static final int DEEPEST = 200;

    private final String source;
    private final List<Token> tokens;
    private int at;
    private int depth;

    Parser(String source) {
        this.source = source;
        tokens = Lexer.tokens(source);
    }

    List<Statement> template() {
        List<Statement> body = body();
        if (peek().kind() != Kind.END) {
            throw fail("\"" + peek(1).text() + "\" without a beginning");
        }
        return body;
    }

    /// Statements up to one of the ends, which is left to read.
    private List<Statement> body(String... ends) {
        deeper();
        List<Statement> body = new ArrayList<>();
        while (peek().kind() != Kind.END) {
            if (peek().kind() == Kind.TEXT) {
                body.add(new Statement.Text(next().text()));
            } else if (accept("{{")) {
                body.add(new Statement.Print(expression()));
                expect("}}");
            } else {
                String word = peek(1).text();
                if (List.of(ends).contains(word)
                        || List.of("endif", "endfor", "else", "elif").contains(word)) {
                    break;
                }
                expect("{%");
                statement().ifPresentOrElse(body::add, () -> {});
            }
        }
        depth--;
        return body;
    }

    private Optional<Statement> statement() {
        Token word = next();
        return switch (word.text()) {
            case "if" -> Optional.of(conditional());
            case "for" -> Optional.of(loop());
            case "set" -> Optional.of(assignment());
            case "macro" -> Optional.of(macro());
            case "break" -> jump(Statement.Flow.OUT);
            case "continue" -> jump(Statement.Flow.NEXT);
            // What a model generated, marked for training; it renders as it is.
            case "generation", "endgeneration" -> {
                expect("%}");
                yield Optional.empty();
            }
            default ->
                throw Lexer.fail(
                        source,
                        word.at(),
                        "statement \"" + word.text()
                                + "\", which is not known; known: if, for, set, macro, break, continue, generation");
        };
    }

    private Optional<Statement> jump(Statement.Flow flow) {
        expect("%}");
        return Optional.of(new Statement.Jump(flow));
    }

    private Statement conditional() {
        List<Expression> conditions = new ArrayList<>();
        List<List<Statement>> bodies = new ArrayList<>();
        List<Statement> otherwise = List.of();
        conditions.add(expression());
        expect("%}");
        bodies.add(body());
        while (true) {
            expect("{%");
            if (accept("elif")) {
                conditions.add(expression());
                expect("%}");
                bodies.add(body());
            } else if (accept("else")) {
                expect("%}");
                otherwise = body();
            } else {
                end("endif");
                return new Statement.If(conditions, bodies, otherwise);
            }
        }
    }

    private Statement loop() {
        List<String> names = names();
        expect("in");
        Expression elements = or();
        Optional<Expression> condition = accept("if") ? Optional.of(expression()) : Optional.empty();
        expect("%}");
        List<Statement> body = body();
        List<Statement> otherwise = List.of();
        expect("{%");
        if (accept("else")) {
            expect("%}");
            otherwise = body();
            expect("{%");
        }
        end("endfor");
        return new Statement.For(names, elements, condition, body, otherwise);
    }

    private Statement assignment() {
        List<String> names = names();
        if (names.size() == 1 && accept(".")) {
            String key = name();
            expect("=");
            Expression value = tuple();
            expect("%}");
            return new Statement.SetItem(names.getFirst(), key, value);
        }
        if (accept("=")) {
            Expression value = tuple();
            expect("%}");
            return new Statement.Set(names, value);
        }
        expect("%}");
        List<Statement> body = body("endset");
        expect("{%");
        end("endset");
        return new Statement.SetBlock(names.getFirst(), body);
    }

    private Statement macro() {
        String name = name();
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        expect("(");
        while (!accept(")")) {
            String parameter = name();
            parameters.add(parameter);
            if (accept("=")) {
                defaults.put(parameter, expression());
            }
            accept(",");
        }
        expect("%}");
        List<Statement> body = body("endmacro");
        expect("{%");
        end("endmacro");
        return new Statement.Macro(name, parameters, defaults, body);
    }

    private void end(String word) {
        expect(word);
        expect("%}");
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        do {
            names.add(name());
        } while (accept(","));
        return names;
    }

    /// An expression, or several with commas between, which are a list.
    private Expression tuple() {
        Expression first = expression();
        if (!peek().is(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (accept(",")) {
            elements.add(expression());
        }
        return new Expression.ListOf(elements);
    }

    private Expression expression() {
        deeper();
        Expression value = or();
        while (accept("if")) {
            Expression condition = or();
            Expression otherwise = accept("else") ? expression() : new Expression.Literal(Missing.UNDEFINED);
            value = new Expression.Choice(condition, value, otherwise);
        }
        depth--;
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (accept("or")) {
            left = new Expression.Binary("or", left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (accept("and")) {
            left = new Expression.Binary("and", left, not());
        }
        return left;
    }

    private Expression not() {
        if (accept("not")) {
            deeper();
            Expression of = not();
            depth--;
            return new Expression.Not(of);
        }
        return comparison();
    }

    private Expression comparison() {
        Expression left = sum();
        Expression all = left;
        boolean first = true;
        while (true) {
            String operator;
            if (peek().is("not") && peek(1).is("in")) {
                at += 2;
                operator = "not in";
            } else if (List.of("==", "!=", "<", ">", "<=", ">=", "in").contains(peek().text())
                    && peek().kind() != Kind.STRING) {
                operator = next().text();
            } else {
                return all;
            }
            Expression right = sum();
            Expression pair = new Expression.Binary(operator, left, right);
            all = first ? pair : new Expression.Binary("and", all, pair);
            first = false;
            left = right;
        }
    }

    private Expression sum() {
        Expression left = product();
        while (peek().is("+") || peek().is("-") || peek().is("~")) {
            String operator = next().text();
            left = new Expression.Binary(operator, left, product());
        }
        return left;
    }

    private Expression product() {
        Expression left = unary();
        while (peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%")) {
            String operator = next().text();
            left = new Expression.Binary(operator, left, unary());
        }
        return left;
    }

    private Expression unary() {
        if (accept("-")) {
            deeper();
            Expression of = unary();
            depth--;
            return new Expression.Minus(of);
        }
        if (accept("+")) {
            return unary();
        }
        Expression base = filtered(postfix(primary()));
        return accept("**") ? new Expression.Binary("**", base, unary()) : base;
    }

    /// Filters and tests behind a value.
    private Expression filtered(Expression start) {
        Expression value = start;
        while (true) {
            if (accept("|")) {
                String name = name();
                value = new Expression.Filter(value, name, accept("(") ? arguments() : Arguments.NONE);
            } else if (accept("is")) {
                boolean negated = accept("not");
                String name = next().text();
                Arguments arguments = Arguments.NONE;
                if (accept("(")) {
                    arguments = arguments();
                } else if (List.of(Kind.STRING, Kind.NUMBER).contains(peek().kind())
                        || peek().kind() == Kind.NAME
                                && !List.of("and", "or", "else", "if", "is", "in", "not")
                                        .contains(peek().text())) {
                    arguments = new Arguments(List.of(postfix(primary())), Map.of());
                }
                value = new Expression.Test(value, name, arguments, negated);
            } else {
                return value;
            }
        }
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (accept(".")) {
                value = new Expression.Item(value, new Expression.Literal(key()));
            } else if (accept("[")) {
                value = subscript(value);
            } else if (accept("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Object key() {
        Token token = next();
        if (token.kind() == Kind.NUMBER) {
            return Long.parseLong(token.text());
        }
        if (token.kind() != Kind.NAME) {
            throw Lexer.fail(source, token.at(), "\"" + token.text() + "\"; expected a name");
        }
        return token.text();
    }

    private Expression subscript(Expression of) {
        Optional<Expression> from = peek().is(":") ? Optional.empty() : Optional.of(expression());
        if (accept("]")) {
            return new Expression.Item(of, from.orElseThrow());
        }
        expect(":");
        Optional<Expression> to = peek().is(":") || peek().is("]") ? Optional.empty() : Optional.of(expression());
        Optional<Expression> step = accept(":") && !peek().is("]") ? Optional.of(expression()) : Optional.empty();
        expect("]");
        return new Expression.Slice(of, from, to, step);
    }

    private Arguments arguments() {
        List<Expression> plain = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!accept(")")) {
            if (peek().kind() == Kind.NAME && peek(1).is("=")) {
                String name = name();
                expect("=");
                named.put(name, expression());
            } else {
                plain.add(expression());
            }
            if (!peek().is(")")) {
                expect(",");
            }
        }
        return new Arguments(plain, named);
    }

    private Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (peek().kind() == Kind.STRING) {
                    text.append(next().text());
                }
                yield new Expression.Literal(text.toString());
            }
            case NUMBER -> new Expression.Literal(number(token));
            case NAME ->
                switch (token.text()) {
                    case "true", "True" -> new Expression.Literal(true);
                    case "false", "False" -> new Expression.Literal(false);
                    case "none", "None" -> new Expression.Literal(Missing.NONE);
                    default -> new Expression.Name(token.text());
                };
            case SYMBOL ->
                switch (token.text()) {
                    case "(" -> parenthesis();
                    case "[" -> new Expression.ListOf(elements("]"));
                    case "{" -> map();
                    default -> throw Lexer.fail(source, token.at(), "\"" + token.text() + "\"; expected a value");
                };
            default -> throw Lexer.fail(source, token.at(), "the end; expected a value");
        };
    }

    private Object number(Token token) {
        try {
            return token.text().contains(".")
                    ? (Object) Double.parseDouble(token.text())
                    : (Object) Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw Lexer.fail(source, token.at(), token.text() + ", which is too large");
        }
    }

    private Expression parenthesis() {
        if (accept(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression first = expression();
        if (accept(")")) {
            return first;
        }
        expect(",");
        List<Expression> elements = new ArrayList<>(List.of(first));
        elements.addAll(elements(")"));
        return new Expression.ListOf(elements);
    }

    private List<Expression> elements(String end) {
        List<Expression> elements = new ArrayList<>();
        while (!accept(end)) {
            elements.add(expression());
            if (!peek().is(end)) {
                expect(",");
            }
        }
        return elements;
    }

    private Expression map() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!accept("}")) {
            keys.add(expression());
            expect(":");
            values.add(expression());
            if (!peek().is("}")) {
                expect(",");
            }
        }
        return new Expression.MapOf(keys, values);
    }

    private String name() {
        Token token = next();
        if (token.kind() != Kind.NAME) {
            throw Lexer.fail(source, token.at(), "\"" + token.text() + "\"; expected a name");
        }
        return token.text();
    }

    private void deeper() {
        if (++depth > DEEPEST) {
            throw fail("nested more than " + DEEPEST + " deep");
        }
    }

    private Token peek() {
        return peek(0);
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    private Token next() {
        Token token = peek();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private boolean accept(String symbol) {
        if (peek().is(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String symbol) {
        Token token = next();
        if (!token.is(symbol)) {
            throw Lexer.fail(
                    source,
                    token.at(),
                    (token.kind() == Kind.END ? "the end" : "\"" + token.text() + "\"") + "; expected \"" + symbol
                            + "\"");
        }
    }

    private TokenizerException fail(String what) {
        return Lexer.fail(source, peek().at(), what);
    }
}
