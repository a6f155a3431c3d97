package io.attend.tokenizer.format;

import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// `tokenizer.json`, as Hugging Face's library and this one write it.
public record TokenizerJson() implements Format {
    private static final long LIMIT = 1L << 30;

    @Override
    public boolean names(String fileName) {
        return fileName.endsWith("tokenizer.json");
    }

    @Override
    public Loaded read(Path file) {
        return new Loaded(read(Format.bytes(file, LIMIT), file.toString()), RoleNames.NONE);
    }

    /// The pipeline of a JSON text; `source` names it in errors.
    public static Pipeline read(String json, String source) {
        return read(json.getBytes(StandardCharsets.UTF_8), source);
    }

    /// The text of a file, in parts that Hugging Face's library has.
    public static String write(Pipeline pipeline) {
        return Json.print(Json.write(Portable.of(pipeline)));
    }

    static Pipeline read(byte[] json, String source) {
        try {
            return Portable.back(Json.read(Pipeline.class, Json.parse(json, source), "$"));
        } catch (TokenizerException e) {
            throw e.getMessage().startsWith(source) ? e : new TokenizerException(source + ": " + e.getMessage(), e);
        }
    }
}
