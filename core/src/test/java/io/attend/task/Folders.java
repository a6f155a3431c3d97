package io.attend.task;

import io.attend.huggingface.Fixtures;
import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordPiece;
import io.attend.tokenizer.normalizer.BertNormalizer;
import io.attend.tokenizer.postprocessor.TemplateProcessing;
import io.attend.tokenizer.postprocessor.TemplateProcessing.Piece;
import io.attend.tokenizer.postprocessor.TemplateProcessing.SpecialToken;
import io.attend.tokenizer.postprocessor.TemplateProcessing.Text;
import io.attend.tokenizer.pretokenizer.BertPreTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Hugging Face folders of the fixtures with a tokenizer for their 99 tokens.
final class Folders {
    private static final int WORDS = 99;

    private Folders() {}

    /// The folder of a model like BERT: `[CLS] A [SEP] B [SEP]`, and the words that a text of this test is cut
    /// into.
    static Path bert(String fixture, Path into) throws IOException {
        return copy(fixture, into, wordPiece(List.of("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"), "[CLS]", "[SEP]"));
    }

    /// The folder of a model like BART: `<s> A </s>`, with tokens for two languages.
    static Path bart(String fixture, Path into) throws IOException {
        return copy(
                fixture,
                into,
                wordPiece(
                        List.of("<s>", "<pad>", "</s>", "<mask>", "<unk>", "de_DE", "fr_XX", "__en__"), "<s>", "</s>"));
    }

    /// The folder of a model like GPT-2: nothing stands around a text, and there is neither padding nor
    /// beginning.
    static Path gpt(String fixture, Path into) throws IOException {
        Tokenizer tokenizer = wordPiece(List.of("a", "b", "[END]", "[UNK]"), "", "");
        return copy(fixture, into, tokenizer);
    }

    static Path copy(String fixture, Path into, Tokenizer tokenizer) throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Fixtures.folder(fixture).resolve(file), into.resolve(file));
        }
        tokenizer.save(into);
        return into;
    }

    static void replace(Path file, String text, String by) throws IOException {
        String before = Files.readString(file);
        if (!before.contains(text)) {
            throw new IllegalArgumentException(file + " does not contain " + text);
        }
        Files.writeString(file, before.replace(text, by));
    }

    private static Tokenizer wordPiece(List<String> first, String begin, String end) {
        List<String> tokens = new ArrayList<>(first);
        for (String word : "the paris ham ##burg in of is capital . ? merkel angela ##ela ang".split(" ")) {
            add(tokens, word);
        }
        for (char c = 'a'; c <= 'z'; c++) {
            add(tokens, Character.toString(c));
            add(tokens, "##" + c);
        }
        for (int i = 0; tokens.size() < WORDS; i++) {
            add(tokens, "w" + i);
        }
        String unknown = first.stream()
                .filter(name -> name.toLowerCase(java.util.Locale.ROOT).contains("unk"))
                .findFirst()
                .orElseThrow();
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < first.size(); id++) {
            if (first.get(id).length() > 1) {
                added.add(AddedToken.special(id, first.get(id)));
            }
        }
        Pipeline pipeline = new Pipeline(new WordPiece(unknown, "##", 100, Vocabulary.of(tokens)))
                .with(added)
                .with(new BertNormalizer(true, true, Optional.empty(), true))
                .with(new BertPreTokenizer())
                .with(new io.attend.tokenizer.decoder.WordPiece("##", true));
        return Tokenizer.of(begin.isEmpty() ? pipeline : pipeline.with(template(first, begin, end)));
    }

    private static TemplateProcessing template(List<String> first, String begin, String end) {
        Piece a = new TemplateProcessing.Sequence(Text.A, 0);
        Piece b = new TemplateProcessing.Sequence(Text.B, 1);
        Piece opening = new TemplateProcessing.Special(begin, 0);
        return new TemplateProcessing(
                List.of(opening, a, new TemplateProcessing.Special(end, 0)),
                List.of(opening, a, new TemplateProcessing.Special(end, 0), b, new TemplateProcessing.Special(end, 1)),
                Map.of(
                        begin, new SpecialToken(begin, first.indexOf(begin)),
                        end, new SpecialToken(end, first.indexOf(end))));
    }

    private static void add(List<String> tokens, String token) {
        if (!tokens.contains(token) && tokens.size() < WORDS) {
            tokens.add(token);
        }
    }
}
