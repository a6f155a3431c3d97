package io.attend.checkpoint;

import static io.attend.checkpoint.CheckpointException.brief;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Which file holds which tensor:
///
///     {"metadata": {...}, "weight_map": {"name": "model-00001-of-00002.safetensors", ...}}
///
/// The metadata is passed over: `total_size`, which it usually holds, is often wrong in published files.
record ShardIndex(Path file, Map<String, String> shardOf) {
    /// A plain name, so that an index cannot reach out of its folder.
    private static final Pattern SHARD = Pattern.compile("[^/\\\\\\x00-\\x1f]+\\.safetensors");

    static ShardIndex read(Path file) {
        Map<String, String> shardOf = new LinkedHashMap<>();
        StrictJson.read(file, "the index", bytes(file), (index, key) -> {
            switch (key) {
                case "metadata" -> index.skip();
                case "weight_map" ->
                    index.object(key, (shard, name) -> shardOf.put(name, shard(file, name, shard.string(brief(name)))));
                default ->
                    throw CheckpointException.damaged(
                            file, "the key " + brief(key) + " is unknown; known: metadata, weight_map");
            }
        });
        if (shardOf.isEmpty()) {
            throw CheckpointException.damaged(file, "weight_map places no tensor");
        }
        return new ShardIndex(file, shardOf);
    }

    SortedSet<String> shards() {
        return new TreeSet<>(shardOf.values());
    }

    /// Refuses a tensor found in another shard than this index says.
    void checkPlace(String tensor, String shard) {
        String place = shardOf.getOrDefault(tensor, "no shard");
        if (!place.equals(shard)) {
            throw CheckpointException.damaged(
                    file, "places tensor " + brief(tensor) + " in " + place + " but it is in " + shard);
        }
    }

    /// Refuses a tensor that this index places and no shard has.
    void checkAllFound(Set<String> tensors) {
        shardOf.forEach((tensor, shard) -> {
            if (!tensors.contains(tensor)) {
                throw CheckpointException.damaged(
                        file, "places tensor " + brief(tensor) + " in " + shard + " but it is not there");
            }
        });
    }

    private static String shard(Path file, String tensor, String shard) {
        if (!isFileName(file, shard)) {
            throw CheckpointException.damaged(
                    file,
                    "tensor " + brief(tensor) + " is placed in " + brief(shard)
                            + ", which is not the name of a .safetensors file beside the index");
        }
        return shard;
    }

    private static boolean isFileName(Path index, String shard) {
        try {
            return SHARD.matcher(shard).matches()
                    && index.resolveSibling(shard).getFileName().toString().equals(shard);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static byte[] bytes(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file, "is not a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(Header.MAXIMUM_LENGTH + 1);
            if (bytes.length > Header.MAXIMUM_LENGTH) {
                throw CheckpointException.damaged(file, "has more than " + Header.MAXIMUM_LENGTH + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }
}
