package io.attend.generation;

import io.attend.architecture.Inputs;
import io.attend.architecture.Topology;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.embedding.Embedding;
import io.attend.embedding.Tokens;
import io.attend.head.Gives;
import io.attend.huggingface.Pretrained;
import io.attend.layer.Context;
import io.attend.model.RunModel;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.Truncation;
import io.attend.tokenizer.postprocessor.TemplateProcessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A model and the tokenizer it was trained with: text in, text out.
///
/// What stands around a text is what the tokenizer's post-processor puts there. A model that was trained here
/// reads texts as the trainer gave them: an encoder-decoder's source ends with the end token, a text that is
/// judged stands between begin and end, a prompt is alone. Threads may share it.
public final class TextModel {
    /// The tokens a vocabulary of this kind has beside those of its texts.
    public static final List<String> SPECIALS = List.of("<pad>", "<s>", "</s>", "<unk>");

    /// The token that stands for a hidden word where one is needed.
    public static final String MASK = "<mask>";

    private final Transformer model;
    private final Tokenizer tokenizer;
    private final Tokenizer reader;
    private final TextSettings settings;
    private final Map<Truncation, Tokenizer> windows = new ConcurrentHashMap<>();

    /// A model that was trained here.
    public TextModel(Transformer model, Tokenizer tokenizer) {
        this(model, tokenizer, TextSettings.trained(tokenizer));
    }

    public TextModel(Transformer model, Tokenizer tokenizer, TextSettings settings) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.settings = settings;
        this.reader = reader();
    }

    /// Loads a run folder, a folder as Hugging Face has it, or a GGUF file; large weights stay mapped. Of a run
    /// that has not finished it takes the newest checkpoint. Whoever loads it closes its model.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static TextModel load(Path folder) {
        return Pretrained.isOne(folder) ? pretrained(folder) : trained(folder);
    }

    private static TextModel pretrained(Path folder) {
        Path json = folder.resolve("tokenizer.json");
        Tokenizer tokenizer = Tokenizer.load(Files.isRegularFile(json) ? json : folder);
        Pretrained pretrained = Pretrained.load(folder);
        Transformer model = pretrained.model();
        return guarded(model, () -> new TextModel(model, tokenizer, TextSettings.of(folder, pretrained, tokenizer)));
    }

    private static TextModel trained(Path folder) {
        RunFolder run = RunFolder.open(folder);
        Transformer model = RunModel.load(run);
        return guarded(model, () -> {
            Tokenizer tokenizer = Tokenizer.load(run.tokenizer());
            return new TextModel(model, tokenizer, TextSettings.of(run, tokenizer));
        });
    }

    private static TextModel guarded(Transformer model, Supplier<TextModel> text) {
        try {
            return text.get();
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private Tokenizer reader() {
        Pipeline whole = tokenizer.pipeline().whole();
        if (!settings.trained()) {
            return whole.equals(tokenizer.pipeline()) ? tokenizer : Tokenizer.of(whole);
        }
        Map<String, TemplateProcessing.SpecialToken> specials = new LinkedHashMap<>();
        List<TemplateProcessing.Piece> single = new ArrayList<>();
        if (!writes()) {
            tokenizer.bos().ifPresent(id -> piece(id, single, specials));
        }
        single.add(new TemplateProcessing.Sequence(TemplateProcessing.Text.A, 0));
        List<TemplateProcessing.Piece> ending = new ArrayList<>();
        if (!writes() || translates()) {
            tokenizer.eos().ifPresent(id -> piece(id, ending, specials));
        }
        single.addAll(ending);
        List<TemplateProcessing.Piece> pair = new ArrayList<>(single);
        pair.add(new TemplateProcessing.Sequence(TemplateProcessing.Text.B, 0));
        pair.addAll(ending);
        return Tokenizer.of(whole.with(new TemplateProcessing(single, pair, specials)));
    }

    private void piece(
            int id, List<TemplateProcessing.Piece> pieces, Map<String, TemplateProcessing.SpecialToken> specials) {
        String token = tokenizer.token(id);
        specials.put(token, new TemplateProcessing.SpecialToken(token, id));
        pieces.add(new TemplateProcessing.Special(token, 0));
    }

    public Transformer model() {
        return model;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public TextSettings settings() {
        return settings;
    }

    /// What the model's head gives.
    public Gives gives() {
        return model.architecture().head().gives();
    }

    /// Whether the model reads a source before it writes.
    public boolean translates() {
        return model.architecture().topology().generates()
                && model.architecture().topology().reads();
    }

    /// Whether it can write texts at all.
    public boolean writes() {
        return model.architecture().topology().generates()
                && gives() == Gives.WORDS
                && model.architecture().head().writes();
    }

    /// The name of a label.
    public String label(int index) {
        return index < settings.labels().size() ? settings.labels().get(index) : "LABEL_" + index;
    }

    /// A tokenizer that has the tokens of [#SPECIALS], by whatever names: what training needs.
    public record Words(Tokenizer tokenizer) {
        public Words {
            required("padding", tokenizer.pad());
            required("begin", tokenizer.bos());
            required("end", tokenizer.eos());
        }

        private static int required(String role, OptionalInt id) {
            return id.orElseThrow(() -> new IllegalArgumentException(
                    "the tokenizer has no " + role + " token; it needs those of " + SPECIALS));
        }

        public int pad() {
            return tokenizer.pad().orElseThrow();
        }

        public int begin() {
            return tokenizer.bos().orElseThrow();
        }

        public int end() {
            return tokenizer.eos().orElseThrow();
        }

        /// What stands for a word nobody knows; the padding token where there is none.
        public int unknown() {
            return tokenizer.unk().orElseGet(this::pad);
        }

        /// What stands for a hidden word.
        ///
        /// @throws IllegalArgumentException if there is nothing
        public int mask() {
            return TextSettings.mask(tokenizer, "")
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the tokenizer has no token for a hidden word; it" + " needs [MASK] or " + MASK));
        }

        /// A text as ids with its end token.
        public int[] ended(String text) {
            int[] ids = tokenizer.ids(text, Specials.SKIP);
            int[] ended = Arrays.copyOf(ids, ids.length + 1);
            ended[ids.length] = end();
            return ended;
        }
    }

    // ---- reading ----

    /// How many tokens a text that is read may have, if there is a bound.
    public OptionalInt longest() {
        return reading().longest();
    }

    private Embedding reading() {
        return model.architecture().topology().embeddings().getFirst();
    }

    /// A text or a pair of texts as tokens, whole.
    public Encoding encode(List<String> texts) {
        return encode(reader, texts);
    }

    /// A pair in windows of so many tokens: each has the first text whole and a part of the second, of which
    /// `overlap` tokens stand in the window before.
    ///
    /// @throws io.attend.tokenizer.TokenizerException if the first leaves no room
    public List<Encoding> windows(String first, String second, int length, int overlap) {
        Truncation truncation =
                new Truncation(io.attend.tokenizer.Direction.RIGHT, length, Truncation.Strategy.ONLY_SECOND, overlap);
        Encoding encoding = encode(cutting(truncation), List.of(first, second));
        return Stream.concat(Stream.of(encoding), encoding.overflow().stream()).toList();
    }

    /// A text or a pair of texts as at most so many tokens; what is behind them is left out.
    public Encoding cut(List<String> texts, int length) {
        return encode(cutting(Truncation.to(length)), texts);
    }

    private Tokenizer cutting(Truncation truncation) {
        return windows.computeIfAbsent(
                truncation, how -> Tokenizer.of(reader.pipeline().with(how)));
    }

    private static Encoding encode(Tokenizer tokenizer, List<String> texts) {
        return switch (texts.size()) {
            case 1 -> tokenizer.encode(texts.getFirst());
            case 2 -> tokenizer.encode(texts.getFirst(), texts.getLast());
            default -> throw new IllegalArgumentException("one text or two, not " + texts.size());
        };
    }

    /// Encodings as a batch for the model, padded on the right.
    public Tokens tokens(List<Encoding> encodings) {
        Tokens padded = Tokens.padded(encodings.stream().map(Encoding::ids).toList(), padding());
        Optional<Tensor> segments = Optional.empty();
        if (reading().segmented()) {
            segments = Optional.of(
                    Tokens.padded(encodings.stream().map(Encoding::typeIds).toList(), 0)
                            .ids());
        }
        return settings.usage().tokens(padded.ids(), padded.keep(), segments);
    }

    private int padding() {
        return settings.usage().pad().orElseGet(() -> tokenizer.pad().orElse(0));
    }

    /// What the model is given to judge a source: the source itself, and where there is a decoder what it then
    /// reads.
    public Inputs inputs(Tokens source) {
        if (!translates()) {
            return Inputs.of(source);
        }
        Tensor target = settings.usage().target(source.ids());
        return Inputs.of(source, settings.usage().tokens(target, Optional.empty(), Optional.empty()));
    }

    /// The head's main output for texts read together.
    public Tensor scores(List<Encoding> encodings) {
        return model.forward(inputs(tokens(encodings)), Context.inference());
    }

    /// The scores of words at places of texts read together [N, V], and of no others: there are many words.
    ///
    /// @param places of each text
    public Tensor scores(List<Encoding> encodings, List<int[]> places) {
        Tokens source = tokens(encodings);
        Tensor x = model.vectors(inputs(source), Context.inference()); // [B, T, E]
        long length = x.size(1);
        long[] rows = IntStream.range(0, places.size())
                .boxed()
                .flatMapToLong(row -> IntStream.of(places.get(row)).mapToLong(place -> row * length + place))
                .toArray();
        Tensor asked = x.reshape(-1, x.size(2)).indexSelect(0, Tensor.of(rows, rows.length)); // [N, E]
        return model.scores(asked.unsqueeze(1), Context.inference()).select(1, 0); // [N, V]
    }

    /// One vector a text [B, E]: of an encoder-decoder its encoder's.
    ///
    /// @throws IllegalArgumentException if a pooler is asked for and there is none
    public Tensor vectors(List<Encoding> encodings, Pool pool) {
        Tokens tokens = tokens(encodings);
        if (pool.pooling().isEmpty()) {
            Tensor pooled = model.outputs(inputs(tokens), Context.inference()).get("pooler_output");
            if (pooled == null) {
                throw new IllegalArgumentException("the model has no pooler; pool by mean, first, last or max");
            }
            return pooled;
        }
        Tensor x = translates()
                ? model.read(tokens, Context.inference()).orElseThrow()
                : model.vectors(Inputs.of(tokens), Context.inference()); // [B, T, E]
        return pool.pooling().get().apply(x, Topology.given(tokens, Context.inference())); // [B, E]
    }

    // ---- writing ----

    /// What the model writes about each source, or behind each prompt without the prompt.
    public List<String> write(List<String> sources, Decoding decoding) {
        return write(sources, Writing.by(decoding));
    }

    /// The same, as it is asked for.
    public List<String> write(List<String> inputs, Writing how) {
        List<StringBuilder> texts =
                inputs.stream().map(_ -> new StringBuilder()).toList();
        write(inputs, how, (row, text) -> texts.get(row).append(text));
        return texts.stream().map(StringBuilder::toString).toList();
    }

    /// What the model writes behind a prompt, without the prompt.
    public String continued(String prompt, Decoding decoding) {
        return write(List.of(prompt), decoding).getFirst();
    }

    /// What the model writes behind a prompt, without the prompt, told as it is written; never half a
    /// character.
    ///
    /// @throws IllegalArgumentException if the prompt has no tokens
    public void continued(String prompt, Decoding decoding, Consumer<String> told) {
        write(prompt, Writing.by(decoding), told);
    }

    /// What the model writes about a source or behind a prompt, told as it is written.
    public void write(String input, Writing how, Consumer<String> told) {
        write(List.of(input), how, (_, text) -> told.accept(text));
    }

    private void write(List<String> inputs, Writing how, Told told) {
        if (!writes()) {
            throw new IllegalArgumentException("this model cannot write texts: it is an "
                    + model.architecture().topology().getClass().getSimpleName() + " with a "
                    + model.architecture().head().getClass().getSimpleName());
        }
        TextWriting writing = new TextWriting(this, how);
        List<int[]> ids = inputs.stream()
                .map(input -> writing.read(reader.ids(how.prefix() + input)))
                .toList();
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        for (int row = 0; row < ids.size(); row++) {
            groups.computeIfAbsent(writing.group(ids.get(row).length), _ -> new ArrayList<>())
                    .add(row);
        }
        groups.values().forEach(rows -> {
            List<int[]> some = rows.stream().map(ids::get).toList();
            writing.write(some, (row, text) -> told.tell(rows.get(row), text));
        });
    }

    /// Hears of text as it is written.
    @FunctionalInterface
    interface Told {
        void tell(int row, String text);
    }

    /// Prompts that are gone on with, padded on the left.
    Tokens prompts(List<int[]> prompts) {
        Tokens padded = Tokens.paddedLeft(prompts, padding());
        return settings.usage().prompt(padded.ids(), padded.keep());
    }

    Tokens sources(List<int[]> sources) {
        Tokens padded = Tokens.padded(sources, padding());
        return settings.usage().tokens(padded.ids(), padded.keep(), Optional.empty());
    }
}
