package io.attend.tokenizer.rust;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.decoder.ByteFallback;
import io.attend.tokenizer.decoder.Fuse;
import io.attend.tokenizer.decoder.Strip;
import io.attend.tokenizer.normalizer.Precompiled;
import io.attend.tokenizer.normalizer.Prepend;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.SentencePiece;
import io.attend.tokenizer.normalizer.Sequence;
import io.attend.tokenizer.postprocessor.ByteLevel;
import io.attend.tokenizer.postprocessor.TemplateProcessing;
import io.attend.tokenizer.pretokenizer.Metaspace;
import io.attend.tokenizer.text.Pattern;
import java.util.List;
import java.util.Map;

/// The pipelines that are published for well-known models, around vocabularies of the shared data.
public final class Published {
    private Published() {}

    public static Pipeline gpt2() {
        return load("ggml-vocab-gpt-2.gguf").with(new ByteLevel(false, true, true));
    }

    public static Pipeline bert() {
        return load("bert-vocab.txt");
    }

    /// As the converter of T5 and its kin writes a SentencePiece unigram.
    public static Pipeline unigram(String language) {
        Pipeline model = load("sentencepiece-unigram-" + language + ".model");
        SentencePiece spaces = (SentencePiece) model.normalizer().orElseThrow();
        return new Pipeline(model.model())
                .with(model.addedTokens())
                .with(new Sequence(List.of(
                        new Precompiled(spaces.precompiledCharsmap()), new Replace(new Pattern.Regex(" {2,}"), " "))))
                .with(new Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true))
                .with(new io.attend.tokenizer.decoder.Metaspace("▁", Metaspace.PrependScheme.ALWAYS, true));
    }

    /// As Llama 2 is published.
    public static Pipeline llama2() {
        Pipeline model = load("llama2-tokenizer.model");
        Map<String, TemplateProcessing.SpecialToken> begin =
                Map.of("<s>", new TemplateProcessing.SpecialToken("<s>", 1));
        TemplateProcessing.Piece bos = new TemplateProcessing.Special("<s>", 0);
        TemplateProcessing.Piece first = new TemplateProcessing.Sequence(TemplateProcessing.Text.A, 0);
        TemplateProcessing.Piece second = new TemplateProcessing.Sequence(TemplateProcessing.Text.B, 1);
        return new Pipeline(model.model())
                .with(model.addedTokens())
                .with(new Sequence(List.of(new Prepend("▁"), new Replace(new Pattern.Literal(" "), "▁"))))
                .with(new TemplateProcessing(
                        List.of(bos, first),
                        List.of(bos, first, new TemplateProcessing.Special("<s>", 1), second),
                        begin))
                .with(new io.attend.tokenizer.decoder.Sequence(List.of(
                        new io.attend.tokenizer.decoder.Replace(new Pattern.Literal("▁"), " "),
                        new ByteFallback(),
                        new Fuse(),
                        new Strip(" ", 1, 0))));
    }

    static List<AddedToken> mask(int id) {
        return List.of(new AddedToken(id, "<mask>", false, true, false, false, true));
    }

    private static Pipeline load(String file) {
        return Tokenizer.load(SharedData.file("tokenizers/" + file)).pipeline();
    }
}
