package io.attend.generation;

import io.attend.checkpoint.CheckpointException;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How a model of Sentence Transformers makes one vector of a text, as `modules.json` and
/// `1_Pooling/config.json` beside its weights say.
///
/// @param pool how the vectors of tokens become one
/// @param normalised whether it is then made one long
public record SentencePooling(Pool pool, boolean normalised) {
    /// What is done where no file says more.
    public static final SentencePooling USUAL = new SentencePooling(Pool.MEAN, false);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<String, Pool> POOLS = new LinkedHashMap<>();

    static {
        POOLS.put("pooling_mode_cls_token", Pool.FIRST);
        POOLS.put("pooling_mode_mean_tokens", Pool.MEAN);
        POOLS.put("pooling_mode_max_tokens", Pool.MAX);
        POOLS.put("pooling_mode_lasttoken", Pool.LAST);
    }

    /// What a folder says.
    ///
    /// @throws CheckpointException naming a module or a mode that is not understood
    static SentencePooling of(Path folder) {
        Path modules = folder.resolve("modules.json");
        if (!Files.isRegularFile(modules)) {
            return USUAL;
        }
        Optional<Pool> pool = Optional.empty();
        boolean normalised = false;
        for (JsonNode module : tree(modules)) {
            String type = module.path("type").asString("");
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer" -> {}
                case "Pooling" ->
                    pool = Optional.of(pool(folder.resolve(module.path("path").asString("1_Pooling"))
                            .resolve("config.json")));
                case "Normalize" -> normalised = true;
                default ->
                    throw new CheckpointException(
                            modules,
                            "names the module " + type + ", which Attend does not know; known: Transformer,"
                                    + " Pooling, Normalize");
            }
        }
        return new SentencePooling(pool.orElse(Pool.MEAN), normalised);
    }

    private static Pool pool(Path file) {
        List<String> modes = new ArrayList<>();
        tree(file).properties().forEach(entry -> {
            if (entry.getKey().startsWith("pooling_mode_") && entry.getValue().asBoolean(false)) {
                modes.add(entry.getKey());
            }
        });
        Pool pool = modes.size() == 1 ? POOLS.get(modes.getFirst()) : null;
        if (pool == null) {
            throw new CheckpointException(file, "asks for " + modes + "; known is one of " + POOLS.keySet());
        }
        return pool;
    }

    private static JsonNode tree(Path file) {
        try {
            return Values.tree(JSON, Files.readString(file));
        } catch (ValueException e) {
            throw new CheckpointException(file, "is not JSON: " + e.getMessage(), e);
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }
}
