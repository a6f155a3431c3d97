package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.json.Json;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Merge;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.postprocessor.NamedToken;
import io.attend.tokenizer.postprocessor.RobertaProcessing;
import io.attend.tokenizer.pretokenizer.Words;
import io.attend.tokenizer.text.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// `vocab.json` with `merges.txt` beside it: GPT-2's byte-level BPE, and RoBERTa's when the vocabulary has
/// `<s>` and `</s>`.
public record VocabularyAndMerges() implements Format {
    private static final long LIMIT = 1L << 28;

    @Override
    public boolean names(String fileName) {
        return fileName.endsWith("vocab.json") || fileName.endsWith("merges.txt");
    }

    @Override
    public Loaded read(Path file) {
        Path vocabularyFile = file.resolveSibling("vocab.json");
        Path mergesFile = file.resolveSibling("merges.txt");
        if (!Files.exists(vocabularyFile) || !Files.exists(mergesFile)) {
            throw new TokenizerException(file + ": vocab.json and merges.txt belong together; one is missing");
        }
        Vocabulary vocabulary = Json.read(
                Vocabulary.class,
                Json.parse(Format.bytes(vocabularyFile, LIMIT), vocabularyFile.toString()),
                vocabularyFile + ": $");
        for (int b = 0; b < 256; b++) {
            if (vocabulary.id(Character.toString(Bytes.charOf(b))).isEmpty()) {
                throw new TokenizerException(vocabularyFile + ": has no token for byte 0x%02X; ".formatted(b)
                        + "only byte-level vocabularies say how they cut texts. Convert this one to tokenizer.json");
            }
        }
        List<Merge> merges = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) Format.text(mergesFile, LIMIT).lines()::iterator) {
            number++;
            if (!line.startsWith("#version") && !line.isEmpty()) {
                merges.add(Merge.ofLine(line, mergesFile + ": line " + number));
            }
        }
        boolean prefix = RoleNames.config(file, "tokenizer_config.json")
                .path("add_prefix_space")
                .asBoolean(false);
        List<AddedToken> added = new ArrayList<>();
        for (String special : List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>")) {
            vocabulary
                    .id(special)
                    .ifPresent(id -> added.add(
                            new AddedToken(id, special, false, special.equals("<mask>"), false, false, true)));
        }
        Pipeline pipeline = new Pipeline(new Bpe(vocabulary, merges))
                .with(added)
                .with(Words.GPT2.preTokenizer(prefix))
                .with(new ByteLevel(prefix, true, true));
        OptionalInt begin = vocabulary.id("<s>");
        OptionalInt end = vocabulary.id("</s>");
        pipeline = begin.isPresent() && end.isPresent()
                ? pipeline.with(new RobertaProcessing(
                        new NamedToken("</s>", end.getAsInt()), new NamedToken("<s>", begin.getAsInt()), true, prefix))
                : pipeline.with(new io.attend.tokenizer.postprocessor.ByteLevel(prefix, true, true));
        return new Loaded(pipeline, RoleNames.NONE);
    }
}
