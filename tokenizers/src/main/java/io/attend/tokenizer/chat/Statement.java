package io.attend.tokenizer.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a template does.
sealed interface Statement {
    /// How a loop goes on behind a statement.
    enum Flow {
        ON,
        NEXT,
        OUT
    }

    Flow run(Scope scope, Run run);

    static Flow runAll(List<Statement> body, Scope scope, Run run) {
        for (Statement statement : body) {
            run.step();
            Flow flow = statement.run(scope, run);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    record Text(String text) implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            run.write(text);
            return Flow.ON;
        }
    }

    record Print(Expression expression) implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            run.write(Values.print(expression.value(scope, run)));
            return Flow.ON;
        }
    }

    record If(List<Expression> conditions, List<List<Statement>> bodies, List<Statement> otherwise)
            implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            for (int i = 0; i < conditions.size(); i++) {
                if (Values.truth(conditions.get(i).value(scope, run))) {
                    return runAll(bodies.get(i), scope, run);
                }
            }
            return runAll(otherwise, scope, run);
        }
    }

    record For(
            List<String> names,
            Expression elements,
            Optional<Expression> condition,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            List<Object> kept = new ArrayList<>();
            for (Object element : Values.elements(elements.value(scope, run))) {
                run.step();
                Scope inner = new Scope(scope);
                bind(inner, element);
                if (condition.isEmpty() || Values.truth(condition.get().value(inner, run))) {
                    kept.add(element);
                }
            }
            if (kept.isEmpty()) {
                return runAll(otherwise, scope, run);
            }
            for (int i = 0; i < kept.size(); i++) {
                Scope inner = new Scope(scope);
                bind(inner, kept.get(i));
                inner.set("loop", loop(kept, i));
                if (runAll(body, inner, run) == Flow.OUT) {
                    break;
                }
            }
            return Flow.ON;
        }

        private void bind(Scope scope, Object element) {
            if (names.size() == 1) {
                scope.set(names.getFirst(), element);
                return;
            }
            List<?> parts = Values.elements(element);
            if (parts.size() != names.size()) {
                throw Values.fail("a loop over " + names + " met " + parts.size() + " values");
            }
            for (int i = 0; i < names.size(); i++) {
                scope.set(names.get(i), parts.get(i));
            }
        }

        private static Map<Object, Object> loop(List<Object> elements, int i) {
            Map<Object, Object> loop = new LinkedHashMap<>();
            loop.put("index", i + 1L);
            loop.put("index0", (long) i);
            loop.put("first", i == 0);
            loop.put("last", i == elements.size() - 1);
            loop.put("length", (long) elements.size());
            loop.put("revindex", (long) elements.size() - i);
            loop.put("revindex0", (long) elements.size() - i - 1);
            loop.put("previtem", i > 0 ? elements.get(i - 1) : Missing.UNDEFINED);
            loop.put("nextitem", i + 1 < elements.size() ? elements.get(i + 1) : Missing.UNDEFINED);
            return loop;
        }
    }

    /// `set names = value`.
    record Set(List<String> names, Expression value) implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            Object assigned = value.value(scope, run);
            if (names.size() == 1) {
                scope.set(names.getFirst(), assigned);
            } else {
                List<?> parts = Values.elements(assigned);
                for (int i = 0; i < names.size(); i++) {
                    scope.set(names.get(i), parts.get(i));
                }
            }
            return Flow.ON;
        }
    }

    /// `set of.key = value`, for namespaces.
    record SetItem(String of, String key, Expression value) implements Statement {
        @Override
        @SuppressWarnings("unchecked")
        public Flow run(Scope scope, Run run) {
            if (scope.get(of) instanceof Map<?, ?> map) {
                ((Map<Object, Object>) map).put(key, value.value(scope, run));
                return Flow.ON;
            }
            throw Values.fail(of + " is no namespace");
        }
    }

    /// `set name` to what the body writes.
    record SetBlock(String name, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            scope.set(name, captured(body, new Scope(scope), run));
            return Flow.ON;
        }
    }

    /// A function whose value is what its body writes.
    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body)
            implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            scope.set(name, (Function) (arguments, named, current) -> {
                Scope inner = new Scope(scope);
                for (int i = 0; i < parameters.size(); i++) {
                    String parameter = parameters.get(i);
                    Object value = i < arguments.size()
                            ? arguments.get(i)
                            : named.containsKey(parameter)
                                    ? named.get(parameter)
                                    : defaults.containsKey(parameter)
                                            ? defaults.get(parameter).value(scope, current)
                                            : Missing.UNDEFINED;
                    inner.set(parameter, value);
                }
                return captured(body, inner, current);
            });
            return Flow.ON;
        }
    }

    /// `break` and `continue`.
    record Jump(Flow flow) implements Statement {
        @Override
        public Flow run(Scope scope, Run run) {
            return flow;
        }
    }

    private static String captured(List<Statement> body, Scope scope, Run run) {
        StringBuilder out = new StringBuilder();
        StringBuilder before = run.redirect(out);
        try {
            runAll(body, scope, run);
        } finally {
            run.redirect(before);
        }
        return out.toString();
    }
}
