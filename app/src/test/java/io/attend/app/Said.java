package io.attend.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/// What a command said and how it ended.
record Said(int status, String out, String err) {
    /// Runs a command in this process.
    static Said attend(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Said(status, out.toString(), err.toString());
    }
}
