package io.attend.checkpoint;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;

/// A file or folder of weights that cannot be read, written or trusted.
///
/// The message is one line whatever the file contains: the path, the tensor, both values and what to do.
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CheckpointException(Path path, String message) {
        super(oneLine(path + ": " + message));
    }

    public CheckpointException(Path path, String message, Throwable cause) {
        super(oneLine(path + ": " + message), cause);
    }

    /// `path: cannot be read: permission denied`
    public static CheckpointException unreadable(Path path, IOException cause) {
        return new CheckpointException(path, "cannot be read: " + reason(cause), cause);
    }

    /// `path: cannot be written: No space left on device`
    public static CheckpointException unwritable(Path path, IOException cause) {
        return new CheckpointException(path, "cannot be written: " + reason(cause), cause);
    }

    /// `path: cannot be deleted: permission denied`
    static CheckpointException undeletable(Path path, IOException cause) {
        return new CheckpointException(path, "cannot be deleted: " + reason(cause), cause);
    }

    /// `path: message; the file is damaged: download or save it again`
    public static CheckpointException damaged(Path path, String message) {
        return new CheckpointException(path, message + "; the file is damaged: download or save it again");
    }

    /// `path: has no tensor NAME; its 12 tensors: a, b, c, ...`
    public static CheckpointException unknownTensor(Path path, String name, Collection<String> known) {
        String some = known.stream().limit(5).map(CheckpointException::brief).collect(Collectors.joining(", "));
        String rest = known.size() > 5 ? ", ..." : "";
        return new CheckpointException(
                path, "has no tensor " + brief(name) + "; its " + known.size() + " tensors: " + some + rest);
    }

    /// A name out of a file, short enough to print.
    public static String brief(String name) {
        return name.length() <= 200 ? name : name.substring(0, 200) + "... (" + name.length() + " characters)";
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException e -> "no such file or folder: " + e.getFile();
            case AccessDeniedException e -> "permission denied";
            case FileAlreadyExistsException e -> "it exists already: " + e.getFile();
            case NotDirectoryException e -> "not a folder: " + e.getFile();
            case DirectoryNotEmptyException e -> "the folder is not empty: " + e.getFile();
            case FileSystemException e when e.getReason() != null -> e.getReason();
            case IOException e when e.getMessage() != null -> e.getMessage();
            case IOException e -> e.getClass().getSimpleName();
        };
    }

    /// Names come from hostile files: line breaks, escape sequences and reversed text are written as numbers.
    private static String oneLine(String message) {
        StringBuilder line = new StringBuilder(message.length());
        message.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE -> line.append(String.format("\\u%04X", c));
                default -> line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
