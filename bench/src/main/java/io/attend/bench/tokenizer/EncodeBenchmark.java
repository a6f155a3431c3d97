package io.attend.bench.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Encoding a corpus line by line on one thread, beside Hugging Face's Rust library through DJL and jtokkit.
/// The column `megabytes` is UTF-8 a second.
///
///     mvn -pl bench -am package && java -cp ... org.openjdk.jmh.Main io.attend.bench.tokenizer.EncodeBenchmark
///
/// jtokkit knows OpenAI's vocabularies only; it is measured with r50k, which is GPT-2's.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class EncodeBenchmark {
    @Param({"gpt2", "bert", "unigram"})
    public String vocabulary = "gpt2";

    @Param({"english", "german", "japanese", "code"})
    public String text = "english";

    private List<String> lines = List.of();
    private double megabytes;
    private Tokenizer attend = Tokenizer.characters(List.of(), List.of("<unk>"));
    private HuggingFaceTokenizer rust;
    private final Encoding jtokkit = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);

    /// What JMH shows beside the count of corpora.
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Bytes {
        public double megabytes;
    }

    @Setup
    public void setUp() throws IOException {
        lines = Texts.lines(text);
        megabytes = lines.stream()
                        .mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length + 1L)
                        .sum()
                / 1e6;
        attend = Tokenizer.of(Texts.pipeline(vocabulary));
        rust = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(attend.toJson().getBytes(StandardCharsets.UTF_8)),
                Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
    }

    /// Ids only.
    @Benchmark
    public long attendIds(Bytes bytes) {
        long tokens = 0;
        for (String line : lines) {
            tokens += attend.ids(line, Specials.SKIP).length;
        }
        bytes.megabytes += megabytes;
        return tokens;
    }

    /// Ids, types, masks, words and offsets.
    @Benchmark
    public long attendEncode(Bytes bytes) {
        long tokens = 0;
        for (String line : lines) {
            tokens += attend.encode(line, Specials.SKIP).size();
        }
        bytes.megabytes += megabytes;
        return tokens;
    }

    @Benchmark
    public long huggingFaceRust(Bytes bytes) {
        long tokens = 0;
        for (String line : lines) {
            tokens += rust.encode(line).getIds().length;
        }
        bytes.megabytes += megabytes;
        return tokens;
    }

    @Benchmark
    public long jtokkitR50k(Bytes bytes) {
        long tokens = 0;
        for (String line : lines) {
            tokens += jtokkit.encodeOrdinary(line).size();
        }
        bytes.megabytes += megabytes;
        return tokens;
    }
}
