package io.attend.checkpoint;

import io.attend.checkpoint.Safetensors.Entry;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The weights in a folder, as one map of names to tensors: those of `model.safetensors` or else of the shards
/// that `model.safetensors.index.json` lists. Nothing is copied; what [Safetensors] says of its mapping holds
/// here.
///
/// A folder of pickled weights (`pytorch_model.bin`) is refused: reading a pickle runs the code in it.
public final class Checkpoint {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final Pattern PICKLE = Pattern.compile(".+\\.(bin|pt|pth|ckpt|pkl)");

    private final Path folder;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Safetensors> homes = new LinkedHashMap<>();

    private Checkpoint(Path folder) {
        this.folder = folder;
    }

    /// @throws CheckpointException if the folder has no safetensors, or a file of it is missing, damaged or not
    ///     as the index says
    public static Checkpoint open(Path folder) {
        Checkpoint checkpoint = new Checkpoint(folder);
        if (Files.exists(folder.resolve(SINGLE))) {
            checkpoint.add(Safetensors.open(folder.resolve(SINGLE)));
        } else if (Files.exists(folder.resolve(INDEX))) {
            checkpoint.addShards(ShardIndex.read(folder.resolve(INDEX)));
        } else {
            throw noWeights(folder);
        }
        return checkpoint;
    }

    /// By name: shards by file name, and in a shard the tensors in the order of their bytes.
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /// The bytes of a tensor, row-major and little-endian, not copied.
    ///
    /// @throws CheckpointException if there is no tensor of that name
    public MemorySegment data(String name) {
        Safetensors home = homes.get(name);
        if (home == null) {
            throw CheckpointException.unknownTensor(folder, name, entries.keySet());
        }
        return home.data(name);
    }

    /// Says that a tensor was copied and not written to: its pages need not stay in memory. They are read again
    /// when they are touched again.
    ///
    /// @throws CheckpointException if there is no tensor of that name
    public void release(String name) {
        MappedFile.release(data(name));
    }

    /// Says that a tensor will be copied now, in another order than the file's.
    ///
    /// @throws CheckpointException if there is no tensor of that name
    public void prefetch(String name) {
        MappedFile.prefetch(data(name));
    }

    /// How many bytes the tensors have in all.
    public long bytes() {
        return entries.values().stream().mapToLong(Entry::bytes).sum();
    }

    /// The folder.
    public Path path() {
        return folder;
    }

    private void add(Safetensors file) {
        entries.putAll(file.entries());
        file.entries().keySet().forEach(name -> homes.put(name, file));
    }

    private void addShards(ShardIndex index) {
        for (String shard : index.shards()) {
            Path path = folder.resolve(shard);
            if (!Files.exists(path)) {
                throw new CheckpointException(
                        index.file(), "names the shard " + shard + ", which is not beside it: download it too");
            }
            Safetensors file = Safetensors.open(path);
            add(file);
            file.entries().keySet().forEach(name -> index.checkPlace(name, shard));
        }
        index.checkAllFound(homes.keySet());
    }

    private static CheckpointException noWeights(Path folder) {
        if (!Files.isDirectory(folder)) {
            return new CheckpointException(folder, Files.exists(folder) ? "is not a folder" : "no such folder");
        }
        try {
            List<String> pickles = Atomic.children(folder).stream()
                    .map(file -> file.getFileName().toString())
                    .filter(PICKLE.asMatchPredicate())
                    .toList();
            String message = pickles.isEmpty()
                    ? "has neither " + SINGLE + " nor " + INDEX + "; name a folder that has one"
                    : "has only pickled weights, " + pickles.getFirst()
                            + ", and reading a pickle runs the code in it; where"
                            + " you trust it, load it and save it again as safetensors:"
                            + " model.save_pretrained(folder, safe_serialization=True)";
            return new CheckpointException(folder, message);
        } catch (IOException e) {
            return CheckpointException.unreadable(folder, e);
        }
    }
}
