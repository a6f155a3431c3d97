package io.attend.huggingface;

import io.attend.head.Head;
import io.attend.head.LastPooling;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenHead;
import io.attend.layer.Bias;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What Hugging Face's decoders end with, the same in every family.
enum DecoderTask {
    BODY("Model"),
    WORDS("ForCausalLM"),
    SEQUENCES("ForSequenceClassification"),
    TOKENS("ForTokenClassification"),
    SPANS("ForQuestionAnswering");

    private final String suffix;

    DecoderTask(String suffix) {
        this.suffix = suffix;
    }

    /// The classes of a family whose names begin so: `LlamaModel`, `LlamaForCausalLM` and so on.
    static Map<String, DecoderTask> classes(String family) {
        Map<String, DecoderTask> classes = new LinkedHashMap<>();
        for (DecoderTask task : values()) {
            classes.put(family + task.suffix, task);
        }
        return classes;
    }

    String className(String family) {
        return family + suffix;
    }

    /// What stands before the names of the body in a file.
    String body(String prefix) {
        return this == BODY ? "" : prefix + ".";
    }

    /// How scores of words are made.
    ///
    /// @param tied whether they are made with the table
    /// @param bias whether the scores get a vector of their own
    record Words(int vocabulary, boolean tied, Bias bias) {}

    /// The head, from the keys that all families share.
    Head head(Config config, Words words) {
        return switch (this) {
            case BODY -> new NoHead();
            case WORDS -> words.tied ? new TiedHead(words.bias) : new LinearHead(words.vocabulary, words.bias);
            case SEQUENCES -> {
                int labels = config.labels();
                yield new SequenceHead(
                        labels, new LastPooling(), Optional.empty(), 0, Bias.NONE, config.problem(labels));
            }
            case TOKENS -> {
                double dropout = config.numberIfGiven("classifier_dropout")
                        .orElse(config.numberIfGiven("hidden_dropout").orElse(0.1));
                yield new TokenHead(config.labels(), dropout);
            }
            case SPANS -> new SpanHead(0);
        };
    }

    /// Says what the shared keys are that only some heads read.
    static Config shared(Config config) {
        return config.inert("classifier_dropout", "hidden_dropout", "bad_words_ids", "pretraining_tp");
    }

    /// The names of the head.
    ///
    /// @param scores what scores of words are called, such as `lm_head`
    /// @param table the table they may be tied to
    Names names(Names names, String scores, String table, boolean tied) {
        names.module(scores, "head")
                .map("score.weight", "head.classifier.weight")
                .module("score", "head.classifier")
                .module("classifier", "head.classifier")
                .module("qa_outputs", "head.span");
        return tied && this == WORDS ? names.tied(scores + ".weight", table) : names;
    }

    /// The usage of tokens: words are asked for the label of the next.
    Usage usage(Config config) {
        Usage usage = Usage.PLAIN.tokens(config);
        return this == WORDS ? usage.labels(Usage.Labels.NEXT) : usage;
    }

    /// The task of a head, and the keys that say its labels.
    static DecoderTask of(Head head, Map<String, Object> values) {
        return switch (head) {
            case NoHead _ -> BODY;
            case SequenceHead sequence -> {
                Config.labels(values, sequence.labels(), sequence.problem());
                yield SEQUENCES;
            }
            case TokenHead token -> {
                Config.labels(values, token.labels(), io.attend.head.Problem.SINGLE_LABEL);
                values.remove("problem_type");
                values.put("classifier_dropout", token.dropout());
                yield TOKENS;
            }
            case SpanHead _ -> SPANS;
            default -> WORDS;
        };
    }
}
