package io.attend.tokenizer.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What has a value.
sealed interface Expression {
    Object value(Scope scope, Run run);

    record Literal(Object value) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return value;
        }
    }

    record Name(String name) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return scope.get(name);
        }
    }

    record ListOf(List<Expression> elements) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            List<Object> list = new ArrayList<>();
            elements.forEach(e -> list.add(e.value(scope, run)));
            return list;
        }
    }

    record MapOf(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                map.put(keys.get(i).value(scope, run), values.get(i).value(scope, run));
            }
            return map;
        }
    }

    /// `of.key` and `of[key]`.
    record Item(Expression of, Expression key) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return Values.item(of.value(scope, run), key.value(scope, run));
        }
    }

    record Slice(Expression of, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
            implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return Values.slice(
                    of.value(scope, run),
                    from.map(e -> e.value(scope, run)),
                    to.map(e -> e.value(scope, run)),
                    step.map(e -> e.value(scope, run)));
        }
    }

    /// What stands between the parentheses of a call.
    record Arguments(List<Expression> plain, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());

        List<Object> values(Scope scope, Run run) {
            List<Object> values = new ArrayList<>();
            plain.forEach(e -> values.add(e.value(scope, run)));
            return values;
        }

        Map<String, Object> namedValues(Scope scope, Run run) {
            Map<String, Object> values = new LinkedHashMap<>();
            named.forEach((name, e) -> values.put(name, e.value(scope, run)));
            return values;
        }
    }

    record Call(Expression function, Arguments arguments) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            run.step();
            if (function instanceof Item(Expression of, Literal(Object name))) {
                Object self = of.value(scope, run);
                if (!(Values.item(self, name) instanceof Function)) {
                    return Methods.call(self, Values.print(name), arguments.values(scope, run));
                }
            }
            if (function.value(scope, run) instanceof Function callable) {
                return callable.call(arguments.values(scope, run), arguments.namedValues(scope, run), run);
            }
            throw Values.fail(function + " is no function");
        }
    }

    record Filter(Expression of, String name, Arguments arguments) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            run.step();
            return Filters.apply(
                    name, of.value(scope, run), arguments.values(scope, run), arguments.namedValues(scope, run));
        }
    }

    record Test(Expression of, String name, Arguments arguments, boolean negated) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return Filters.test(name, of.value(scope, run), arguments.values(scope, run)) != negated;
        }
    }

    record Not(Expression of) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return !Values.truth(of.value(scope, run));
        }
    }

    record Minus(Expression of) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return Values.arithmetic("-", 0L, of.value(scope, run));
        }
    }

    record Binary(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            run.step();
            Object a = left.value(scope, run);
            return switch (operator) {
                case "and" -> Values.truth(a) ? right.value(scope, run) : a;
                case "or" -> Values.truth(a) ? a : right.value(scope, run);
                case "==" -> Values.same(a, right.value(scope, run));
                case "!=" -> !Values.same(a, right.value(scope, run));
                case "<" -> Values.compare(a, right.value(scope, run)) < 0;
                case ">" -> Values.compare(a, right.value(scope, run)) > 0;
                case "<=" -> Values.compare(a, right.value(scope, run)) <= 0;
                case ">=" -> Values.compare(a, right.value(scope, run)) >= 0;
                case "in" -> Values.contains(right.value(scope, run), a);
                case "not in" -> !Values.contains(right.value(scope, run), a);
                default -> Values.arithmetic(operator, a, right.value(scope, run));
            };
        }
    }

    /// `then if condition else otherwise`.
    record Choice(Expression condition, Expression then, Expression otherwise) implements Expression {
        @Override
        public Object value(Scope scope, Run run) {
            return (Values.truth(condition.value(scope, run)) ? then : otherwise).value(scope, run);
        }
    }
}
