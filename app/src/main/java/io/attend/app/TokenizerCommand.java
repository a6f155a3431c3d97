package io.attend.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "tokenizer",
        description = "Make tokenizers and put them to work: text to ids and back.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {TrainTokenizer.class, Encode.class, Decode.class, InspectTokenizer.class})
final class TokenizerCommand implements Runnable {
    /// What a tokenizer may be, in the words of every command that takes one.
    static final String KINDS =
            "A folder or file: tokenizer.json, SentencePiece .model, vocab.json with merges.txt, vocab.txt, .tiktoken, .gguf.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
