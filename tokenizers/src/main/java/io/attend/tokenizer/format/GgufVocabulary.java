package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Merge;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordPiece;
import io.attend.tokenizer.normalizer.BertNormalizer;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.normalizer.Prepend;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.SentencePiece;
import io.attend.tokenizer.postprocessor.Part;
import io.attend.tokenizer.postprocessor.PostProcessor;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import io.attend.tokenizer.pretokenizer.ByteLevel;
import io.attend.tokenizer.pretokenizer.Metaspace;
import io.attend.tokenizer.pretokenizer.PreTokenizer;
import io.attend.tokenizer.pretokenizer.Sequence;
import io.attend.tokenizer.pretokenizer.Split;
import io.attend.tokenizer.pretokenizer.Words;
import io.attend.tokenizer.text.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A tokenizer as the values of a GGUF file, `tokenizer.ggml.*`, in one of the three forms it has: `gpt2`,
/// byte-level merges with words cut by a known rule; `llama`, SentencePiece's merges, which have scores instead
/// of a list; `bert`, WordPiece.
///
/// GGUF says far less than `tokenizer.json`, so what is written is read back and compared: a tokenizer it would
/// change is refused, by the name of the part that GGUF cannot say.
public final class GgufVocabulary {
    private static final String KEY = "tokenizer.ggml.";
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    private final Tokenizer tokenizer;
    private final Pipeline pipeline;
    private final Map<String, GgufValue> values = new LinkedHashMap<>();
    private final String[] tokens;
    private final long[] kinds;

    private GgufVocabulary(Tokenizer tokenizer, int rows) {
        this.tokenizer = tokenizer;
        this.pipeline = tokenizer.pipeline();
        this.tokens = new String[rows];
        this.kinds = new long[rows];
    }

    /// The values for a model with `rows` words; those that no token has are written as unused.
    ///
    /// @throws IllegalArgumentException naming what GGUF cannot say
    public static Map<String, GgufValue> of(Tokenizer tokenizer, int rows) {
        if (tokenizer.size() > rows) {
            throw cannot("has " + tokenizer.size() + " tokens, but the model has only " + rows);
        }
        GgufVocabulary writing = new GgufVocabulary(tokenizer, rows);
        writing.write();
        writing.compare(Gguf.read(GgufHead.of(writing.values)));
        return writing.values;
    }

    private static IllegalArgumentException cannot(String problem) {
        return new IllegalArgumentException("GGUF cannot hold this tokenizer: it " + problem);
    }

    private void write() {
        Model model = pipeline.model();
        for (int id = 0; id < tokens.length; id++) {
            boolean there = tokenizer.has(id);
            tokens[id] = there ? tokenizer.token(id) : "[PAD" + id + "]";
            kinds[id] = there ? NORMAL : UNUSED;
        }
        for (AddedToken token : pipeline.addedTokens()) {
            if (token.singleWord() || token.lstrip() || token.rstrip()) {
                throw cannot("has \"" + token.content() + "\" as an added token that looks at what stands beside it");
            }
            if (token.normalized() && pipeline.normalizer().isPresent() && !(model instanceof WordPiece)) {
                throw cannot("looks for \"" + token.content() + "\" in the text as normalized");
            }
            kinds[token.id()] = token.special() ? CONTROL : USER_DEFINED;
        }
        switch (model) {
            case Bpe bpe when bpe.byteFallback() -> pieces(bpe);
            case Bpe bpe -> bytes(bpe);
            case WordPiece _ -> bert();
            default ->
                throw cannot("is a " + model.getClass().getSimpleName() + "; GGUF has byte-level BPE, SentencePiece's"
                        + " BPE and WordPiece");
        }
        values.put(KEY + "token_type", GgufValue.of(GgufValue.Type.INT32, kinds));
        id("bos_token_id", tokenizer.bos());
        id("eos_token_id", tokenizer.eos());
        id("padding_token_id", tokenizer.pad());
        id("unknown_token_id", tokenizer.unk());
        if (!(model instanceof WordPiece)) {
            surrounding();
        }
        tokenizer
                .chatTemplate()
                .ifPresent(template -> values.put("tokenizer.chat_template", GgufValue.of(template.source())));
    }

    private void text(String key, String value) {
        values.put(KEY + key, GgufValue.of(value));
    }

    private void id(String key, OptionalInt id) {
        id.ifPresent(is -> values.put(KEY + key, GgufValue.of(GgufValue.Type.UINT32, is)));
    }

    // ---- gpt2 ----

    private void bytes(Bpe bpe) {
        checkPlain(bpe);
        PreTokenizer words = pipeline.preTokenizer()
                .orElseThrow(() -> cannot("cuts a text into no words, where a byte-level tokenizer of GGUF does"));
        String name = Words.names().stream()
                .sorted((a, b) -> Integer.compare(preference(a), preference(b)))
                .filter(one -> alike(Words.named(one).orElseThrow().preTokenizer(false), words))
                .filter(one -> bpe.ignoreMerges() == Gguf.takesWordsWhole(one))
                .filter(one -> Gguf.normalizer(one).equals(pipeline.normalizer()))
                .findFirst()
                .orElseThrow(() -> cannot("cuts a text into words by " + words + " behind "
                        + pipeline.normalizer().map(Object::toString).orElse("no normalizer")
                        + ", which no name of tokenizer.ggml.pre stands for; known: " + Words.names()));
        text("model", "gpt2");
        text("pre", name);
        values.put(KEY + "tokens", GgufValue.of(Arrays.asList(tokens)));
        values.put(
                KEY + "merges",
                GgufValue.of(bpe.merges().stream()
                        .map(merge -> merge.left() + " " + merge.right())
                        .toList()));
    }

    /// Of names for the same rule, those of the models the rule was made for.
    private static int preference(String name) {
        int place = List.of("gpt-2", "llama-bpe", "qwen2", "starcoder", "bloom").indexOf(name);
        return place < 0 ? Integer.MAX_VALUE : place;
    }

    private static void checkPlain(Bpe bpe) {
        if (bpe.dropout().orElse(0) != 0
                || !bpe.continuingSubwordPrefix().orElse("").isEmpty()
                || !bpe.endOfWordSuffix().orElse("").isEmpty()) {
            throw cannot("leaves merges out at random, or marks where words begin or end");
        }
    }

    /// The same words; how far offsets reach does not matter.
    private static boolean alike(PreTokenizer ours, PreTokenizer theirs) {
        return switch (theirs) {
            case ByteLevel bytes ->
                ours instanceof ByteLevel own
                        && own.addPrefixSpace() == bytes.addPrefixSpace()
                        && own.useRegex() == bytes.useRegex();
            case Sequence(List<PreTokenizer> steps) -> {
                if (!(ours instanceof Sequence own) || own.preTokenizers().size() != steps.size()) {
                    yield false;
                }
                boolean all = true;
                for (int i = 0; i < steps.size(); i++) {
                    all &= alike(own.preTokenizers().get(i), steps.get(i));
                }
                yield all;
            }
            default -> ours.equals(theirs);
        };
    }

    // ---- llama ----

    private void pieces(Bpe bpe) {
        checkPlain(bpe);
        boolean prefix = prefix();
        text("model", "llama");
        Map<String, Integer> ranks = ranks(bpe.merges());
        double[] scores = new double[tokens.length];
        for (int id = 0; id < tokens.length; id++) {
            Integer rank = ranks.get(tokens[id]);
            scores[id] = rank == null ? kinds[id] == NORMAL ? -ranks.size() - 1 : 0 : -rank;
            if (kinds[id] == NORMAL && tokens[id].matches("<0x[0-9A-F]{2}>")) {
                kinds[id] = BYTE;
            }
        }
        bpe.unknown().ifPresent(unknown -> kinds[unknown] = UNKNOWN);
        values.put(KEY + "tokens", GgufValue.of(Arrays.asList(tokens)));
        values.put(KEY + "scores", GgufValue.of(GgufValue.Type.FLOAT32, scores));
        values.put(KEY + "add_space_prefix", GgufValue.of(prefix));
    }

    /// The place of every token among those that merges make. Tokens whose merges lie between one another's, as
    /// those of runs of spaces do, have one place.
    private static Map<String, Integer> ranks(List<Merge> merges) {
        Map<String, Integer> last = new HashMap<>();
        for (int i = 0; i < merges.size(); i++) {
            last.put(merges.get(i).left() + merges.get(i).right(), i);
        }
        Map<String, Integer> ranks = new HashMap<>();
        int rank = -1;
        int end = -1;
        for (int i = 0; i < merges.size(); i++) {
            String token = merges.get(i).left() + merges.get(i).right();
            rank += i > end ? 1 : 0;
            end = Math.max(end, last.get(token));
            ranks.put(token, rank);
        }
        return ranks;
    }

    /// Whether a space is put before a text, of the ways that tokenizer files have of saying that spaces
    /// become `▁`.
    private boolean prefix() {
        Optional<Normalizer> normalizer = pipeline.normalizer();
        Optional<PreTokenizer> words = pipeline.preTokenizer();
        Replace spaces = new Replace(new Pattern.Literal(" "), "▁");
        boolean uncut = words.isEmpty()
                || words.get() instanceof Split split && split.pattern().equals(new Pattern.Literal(" "));
        if (uncut && normalizer.isPresent()) {
            if (normalizer.get().equals(spaces)) {
                return false;
            }
            if (normalizer
                    .get()
                    .equals(new io.attend.tokenizer.normalizer.Sequence(List.of(new Prepend("▁"), spaces)))) {
                return true;
            }
            if (normalizer.get() instanceof SentencePiece own && own.escapeWhitespaces()) {
                values.put(KEY + "remove_extra_whitespaces", GgufValue.of(own.removeExtraWhitespaces()));
                byte[] map = Base64.getDecoder().decode(own.precompiledCharsmap());
                if (map.length > 0) {
                    long[] bytes = new long[map.length];
                    Arrays.setAll(bytes, i -> map[i]);
                    values.put(KEY + "precompiled_charsmap", GgufValue.of(GgufValue.Type.INT8, bytes));
                }
                return own.addDummyPrefix();
            }
        }
        if (normalizer.isEmpty()
                && words.isPresent()
                && words.get() instanceof Metaspace(String mark, Metaspace.PrependScheme scheme, boolean cut)
                && mark.equals("▁")
                && !cut
                && scheme != Metaspace.PrependScheme.FIRST) {
            return scheme == Metaspace.PrependScheme.ALWAYS;
        }
        throw cannot("prepares a text by " + normalizer.map(Object::toString).orElse("no normalizer") + " and "
                + words.map(Object::toString).orElse("no pre-tokenizer") + ", where GGUF's llama writes spaces as ▁"
                + " and puts one before every piece of text, or none");
    }

    // ---- bert ----

    /// GGUF writes `##ing` as `ing` and `the` as `▁the`.
    private void bert() {
        if (!(pipeline.preTokenizer().orElse(null) instanceof BertPreTokenizer)
                || !(pipeline.normalizer().orElse(null) instanceof BertNormalizer)) {
            throw cannot("is a WordPiece without BERT's normalizer and pre-tokenizer");
        }
        text("model", "bert");
        List<String> written = new ArrayList<>();
        for (String token : tokens) {
            written.add(
                    token.startsWith("##")
                            ? token.substring(2)
                            : token.startsWith("[") && token.endsWith("]") ? token : "▁" + token);
        }
        values.put(KEY + "tokens", GgufValue.of(written));
        id("cls_token_id", tokenizer.id("[CLS]"));
        id("seperator_token_id", tokenizer.id("[SEP]")); // spelled so by the specification's own tools
        id("mask_token_id", tokenizer.id("[MASK]"));
    }

    // ---- around a text ----

    private List<Part> parts(Pipeline of, boolean pair) {
        return of.postProcessor().map(post -> post.parts(pair)).orElseGet(() -> PostProcessor.plain(pair));
    }

    /// A token before each text and one behind, or neither.
    private void surrounding() {
        List<Part> single = parts(pipeline, false);
        int text = 0;
        while (text < single.size() && single.get(text) instanceof Part.Special) {
            text++;
        }
        boolean begins = text == 1;
        boolean ends = text == single.size() - 2;
        if (text > 1 || text < single.size() - 2) {
            throw cannot("puts " + single + " around a text, where GGUF has one token before it and one behind");
        }
        values.put(KEY + "add_bos_token", GgufValue.of(begins));
        values.put(KEY + "add_eos_token", GgufValue.of(ends));
        if (begins) {
            id("bos_token_id", only(single.getFirst()));
        }
        if (ends) {
            id("eos_token_id", only(single.getLast()));
        }
    }

    private static OptionalInt only(Part part) {
        List<Integer> ids = ((Part.Special) part).ids();
        if (ids.size() != 1) {
            throw cannot("puts the tokens " + ids + " at one place around a text, where GGUF has one");
        }
        return OptionalInt.of(ids.getFirst());
    }

    // ---- what is read back ----

    private void compare(Pipeline read) {
        for (boolean pair : new boolean[] {false, true}) {
            if (!ids(parts(read, pair)).equals(ids(parts(pipeline, pair)))) {
                throw cannot(
                        "puts " + parts(pipeline, pair) + " around texts; from GGUF it would be " + parts(read, pair));
            }
        }
        for (AddedToken token : pipeline.addedTokens()) {
            if (read.addedTokens().stream()
                    .noneMatch(one -> one.id() == token.id() && one.content().equals(token.content()))) {
                throw cannot("has \"" + token.content() + "\" as an added token, which it would not be from GGUF");
            }
        }
        Vocabulary vocabulary = read.model().vocabulary();
        for (int id = 0; id < tokens.length; id++) {
            if (!vocabulary.token(id).equals(tokens[id])) {
                throw cannot("has the token \"" + tokens[id] + "\", which would be \"" + vocabulary.token(id)
                        + "\" from GGUF");
            }
        }
        if (pipeline.model() instanceof Bpe ours
                && read.model() instanceof Bpe theirs
                && !ours.merges().equals(theirs.merges())) {
            throw cannot("merges in an order that no scores of its tokens give");
        }
        if (pipeline.model() instanceof Bpe ours
                && ours.byteFallback()
                && read.model() instanceof Bpe theirs
                && (ours.fuseUnk() != theirs.fuseUnk()
                        || ours.ignoreMerges() != theirs.ignoreMerges()
                        || ours.byteFallback() != theirs.byteFallback())) {
            throw cannot("treats unknown characters in another way than SentencePiece");
        }
        if (pipeline.model() instanceof WordPiece && !alikeForBert(read)) {
            throw cannot("prepares a text by " + pipeline.normalizer().orElseThrow() + "; from GGUF it would be "
                    + read.normalizer().orElseThrow());
        }
    }

    private boolean alikeForBert(Pipeline read) {
        WordPiece ours = (WordPiece) pipeline.model();
        WordPiece theirs = (WordPiece) read.model();
        return pipeline.normalizer().orElse(null) instanceof BertNormalizer own
                && read.normalizer().orElse(null) instanceof BertNormalizer other
                && own.cleanText() == other.cleanText()
                && own.handleChineseChars() == other.handleChineseChars()
                && own.lowercase() == other.lowercase()
                && own.stripAccents()
                        .orElse(own.lowercase())
                        .equals(other.stripAccents().orElse(other.lowercase()))
                && ours.unkToken().equals(theirs.unkToken())
                && ours.continuingSubwordPrefix().equals(theirs.continuingSubwordPrefix())
                && ours.maxInputCharsPerWord() == theirs.maxInputCharsPerWord();
    }

    /// Texts as -1 and -2, special tokens as their ids: which segment each belongs to GGUF does not say.
    private static List<Integer> ids(List<Part> parts) {
        List<Integer> ids = new ArrayList<>();
        for (Part part : parts) {
            switch (part) {
                case Part.Sequence text -> ids.add(text.second() ? -2 : -1);
                case Part.Special special -> ids.addAll(special.ids());
            }
        }
        return ids;
    }
}
