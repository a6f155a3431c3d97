package io.attend.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Files built from the published description of safetensors, with nothing of our own writer in them.
final class HandMade {
    private HandMade() {}

    /// A header and as many bytes of data, numbered 0, 1, 2, ...
    static byte[] safetensors(String header, int dataBytes) {
        return safetensors(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] safetensors(byte[] header, int dataBytes) {
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header);
        for (int i = 0; i < dataBytes; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    /// A file of float32 vectors of 1 element with these names.
    static byte[] scalars(String... names) {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < names.length; i++) {
            header.append(i == 0 ? "" : ",")
                    .append("\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}"
                            .formatted(names[i], 4 * i, 4 * i + 4));
        }
        return safetensors(header.append('}').toString(), 4 * names.length);
    }

    /// The names of what is in a folder, hidden files too.
    static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /// A file of the test resources `checkpoint/`: written by the reference implementation.
    static Path reference(String name) {
        return Path.of(HandMade.class.getResource("/checkpoint/" + name).getPath());
    }
}
