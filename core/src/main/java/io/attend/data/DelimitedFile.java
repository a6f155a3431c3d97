package io.attend.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.attend.value.Default;
import io.attend.value.Source;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Comma- or tab-separated values: the first line names the fields, and a field may stand in quotes, in which
/// the separator and line ends are text and `""` is a quote. UTF-8, packed with gzip if the name ends in `.gz`.
/// For tab-separated lines without names and quotes there are [LabeledFile] and [PairFile].
///
/// @param path the rows to learn from
/// @param heldOutPath the rows to be judged by, if they have a file of their own
/// @param heldOutEvery one row in so many is held out otherwise
/// @param separator a character; tab where the name ends in `.tsv`, else a comma
/// @param fields what of a row is learned from
@Source(paper = "Common Format and MIME Type for Comma-Separated Values (CSV) Files", reference = "RFC 4180")
public record DelimitedFile(
        String path,
        Optional<String> heldOutPath,
        @Default("20") int heldOutEvery,
        Optional<String> separator,
        @Default("\"TextField\"") Fields fields)
        implements TableFile {
    public static final DelimitedFile EXAMPLE =
            new DelimitedFile("reviews.csv", Optional.empty(), 20, Optional.empty(), LabeledFields.EXAMPLE);

    private static final int LONGEST_FIELD = 1 << 26;

    public DelimitedFile {
        TableFile.check(heldOutEvery);
        if (separator.isPresent() && (separator.get().length() != 1 || "\"\r\n".contains(separator.get()))) {
            throw new IllegalArgumentException(
                    "separator must be one character, no quote and no line end, not \"" + separator.get() + "\"");
        }
    }

    @Override
    public Rows rows(String file) {
        return new Read(file, separator.orElse(file.matches(".*\\.tsv(\\.gz)?") ? "\t" : ","));
    }

    private static final class Read implements Rows {
        private final String file;
        private final CsvReader<NamedCsvRecord> reader;
        private final Iterator<NamedCsvRecord> records;
        private @Nullable NamedCsvRecord next;

        Read(String file, String separator) {
            this.file = file;
            this.reader = CsvReader.builder()
                    .fieldSeparator(separator.charAt(0))
                    .allowExtraCharsAfterClosingQuote(false)
                    .maxBufferSize(LONGEST_FIELD)
                    .ofNamedCsvRecord(Lines.reader(file));
            this.records = reader.iterator();
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = read();
            }
            return next != null;
        }

        private @Nullable NamedCsvRecord read() {
            try {
                return records.hasNext() ? records.next() : null;
            } catch (CsvParseException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage() + reason(e) + "; mend the line", e);
            } catch (java.io.UncheckedIOException e) {
                throw Lines.unreadable(file, e.getCause());
            }
        }

        private static String reason(CsvParseException e) {
            return e.getCause() == null ? "" : ": " + e.getCause().getMessage();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            NamedCsvRecord record = java.util.Objects.requireNonNull(next);
            next = null;
            return new Line(file + ", line " + record.getStartingLineNumber(), record);
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                throw Lines.unreadable(file, e);
            }
        }
    }

    private record Line(String place, NamedCsvRecord record) implements Row {
        @Override
        public String text(String field) {
            return record.findField(field).orElseThrow(() -> TableFile.missing(place, field, record.getHeader()));
        }
    }
}
