package io.attend.hub;

import java.util.regex.Pattern;

/// A file of a model.
///
/// @param path relative to the model, with `/`
/// @param size in bytes
public record HubFile(String path, long size, String checksum) {
    private static final int LONGEST = 512;
    private static final int DEEPEST = 8;
    private static final Pattern SEGMENT = Pattern.compile("[^/\\\\:*?\"<>|\\p{Cntrl}\\p{Cf}]+");

    /// Whether a path stays in the folder it is resolved against, on any file system.
    static boolean isSafe(String path) {
        String[] segments = path.split("/", -1);
        boolean safe = path.length() <= LONGEST && segments.length <= DEEPEST;
        for (String segment : segments) {
            safe &= SEGMENT.matcher(segment).matches()
                    && !segment.equals(".")
                    && !segment.endsWith("..")
                    && !segment.startsWith("..")
                    && !segment.endsWith(Download.PART)
                    && segment.strip().equals(segment);
        }
        return safe;
    }
}
