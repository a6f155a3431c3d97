package io.attend.data;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.FieldAccessor;
import dev.hardwood.row.PqStruct;
import io.attend.tokenizer.text.Bytes;
import io.attend.value.Default;
import io.attend.value.Source;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Parquet: columns of a table, packed, as Hugging Face's data sets lie. Read row group by row group.
///
/// @param path the rows to learn from
/// @param heldOutPath the rows to be judged by, if they have a file of their own
/// @param heldOutEvery one row in so many is held out otherwise
/// @param fields what of a row is learned from
@Source(paper = "Dremel: Interactive Analysis of Web-Scale Datasets", reference = "Melnik et al., VLDB 2010")
public record ParquetFile(
        String path,
        Optional<String> heldOutPath,
        @Default("20") int heldOutEvery,
        @Default("\"TextField\"") Fields fields)
        implements TableFile {
    public static final ParquetFile EXAMPLE =
            new ParquetFile("train.parquet", Optional.of("validation.parquet"), 20, PairFields.EXAMPLE);

    private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

    static {
        LIBRARY.setLevel(Level.WARNING); // it would tell users which decompressor it found
    }

    public ParquetFile {
        TableFile.check(heldOutEvery);
    }

    @Override
    public Rows rows(String file) {
        if (!Files.isRegularFile(Path.of(file))) {
            throw new IllegalArgumentException(file + " is not a file; name a Parquet file");
        }
        return new Read(file);
    }

    @SuppressWarnings("IllegalCatch") // the library says what is wrong with a file by many exceptions
    private static final class Read implements Rows {
        private final String file;
        private final ParquetFileReader reader;
        private final RowReader rows;
        private long number;

        Read(String file) {
            this.file = file;
            try {
                this.reader = ParquetFileReader.open(InputFile.of(Path.of(file)));
            } catch (IOException | RuntimeException e) {
                throw damaged(file + " cannot be read as Parquet", e);
            }
            try {
                this.rows = reader.rowReader();
            } catch (RuntimeException e) {
                close();
                throw damaged(file + " cannot be read as Parquet", e);
            }
        }

        private static IllegalArgumentException damaged(String what, Exception e) {
            return new IllegalArgumentException(what + ": " + e.getMessage() + "; write or download it again", e);
        }

        @Override
        public boolean hasNext() {
            try {
                return rows.hasNext();
            } catch (RuntimeException e) {
                throw damaged(file + ", row " + (number + 1), e);
            }
        }

        @Override
        public Row next() {
            number++;
            String place = file + ", row " + number;
            try {
                rows.next();
            } catch (java.util.NoSuchElementException e) {
                throw e;
            } catch (RuntimeException e) {
                throw damaged(place, e);
            }
            return new ParquetRow(place, rows);
        }

        @Override
        public void close() {
            try {
                if (rows != null) {
                    rows.close();
                }
                reader.close();
            } catch (IOException e) {
                throw new IllegalArgumentException(file + " cannot be closed: " + e.getMessage(), e);
            }
        }
    }

    /// Valid until the next row is read.
    private record ParquetRow(String place, FieldAccessor row) implements Row {
        @Override
        public String text(String field) {
            Object value = value(row, field, field);
            return switch (value) {
                case null -> throw TableFile.unfit(place, field, "nothing (null)");
                case String text -> text;
                case Integer number -> number.toString();
                case Long number -> number.toString();
                case Float number -> number.toString();
                case Double number -> number.toString();
                case BigDecimal number -> number.toPlainString();
                case Boolean truth -> truth.toString();
                case byte[] bytes ->
                    Bytes.utf8(bytes, bytes.length)
                            .orElseThrow(() -> TableFile.unfit(place, field, "bytes that are not UTF-8"));
                default -> throw TableFile.unfit(place, field, "a list, a group or a time");
            };
        }

        private @Nullable Object value(FieldAccessor in, String path, String field) {
            List<String> known = IntStream.range(0, in.getFieldCount())
                    .mapToObj(in::getFieldName)
                    .toList();
            if (known.contains(path)) {
                return in.getValue(path);
            }
            int dot = path.indexOf('.');
            if (dot > 0
                    && known.contains(path.substring(0, dot))
                    && in.getValue(path.substring(0, dot)) instanceof PqStruct inner) {
                return value(inner, path.substring(dot + 1), field);
            }
            throw TableFile.missing(place, field, known);
        }
    }
}
