package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Decoder;
import io.attend.architecture.NormalInitialization;
import io.attend.head.Head;
import io.attend.head.LastPooling;
import io.attend.head.LinearHead;
import io.attend.head.NarrowHead;
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
            classes.put(task.className(family), task);
        }
        return classes;
    }

    String className(String family) {
        return family + (family.equals("GPT2") && this == WORDS ? "LMHeadModel" : suffix);
    }

    /// What stands before the names of the body in a file.
    String body(String prefix) {
        return this == BODY ? "" : prefix + ".";
    }

    /// How scores are made, and what the modules are called that make them.
    ///
    /// @param tied whether words are scored with the table
    /// @param bias whether the scores of words get a vector of their own
    /// @param scores what scores words
    /// @param tags what scores the classes of a token
    record Words(int vocabulary, boolean tied, Bias bias, String scores, String tags) {
        static Words of(int vocabulary, boolean tied) {
            return new Words(vocabulary, tied, Bias.NONE, "lm_head", "classifier");
        }

        Words biased() {
            return new Words(vocabulary, tied, Bias.ADDED, scores, tags);
        }

        Words scores(String module) {
            return new Words(vocabulary, tied, bias, module, tags);
        }

        Words tags(String module) {
            return new Words(vocabulary, tied, bias, scores, module);
        }
    }

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
        return config.inert("classifier_dropout", "hidden_dropout", "bad_words_ids", "pretraining_tp")
                .inert("summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels")
                .inert("summary_first_dropout");
    }

    /// The model of a family with that body.
    ///
    /// @param names of the body's parameters
    Mapping mapping(Config config, int width, Decoder body, Words words, Names names) {
        Architecture architecture = new Architecture(width, body, head(config, words))
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        return mapping(config, architecture, words, names);
    }

    /// The same where the head is a family's own. Words are asked for the label of the next.
    Mapping mapping(Config config, Architecture architecture, Words words, Names names) {
        names.module(words.scores, "head")
                .module(this == TOKENS ? words.tags : "score", "head.classifier")
                .module("qa_outputs", "head.span");
        if (this == WORDS && words.tied) {
            names.tied(words.scores + ".weight", names.of("embedding.token.weight"));
        }
        Usage usage = Usage.PLAIN.tokens(config);
        return new Mapping(architecture, names, this == WORDS ? usage.labels(Usage.Labels.NEXT) : usage);
    }

    /// The task of a head, and the keys that say its labels.
    static DecoderTask of(Head head, Map<String, Object> values) {
        return switch (head) {
            case NarrowHead(int _, Head behind) -> of(behind, values);
            case NoHead _ -> BODY;
            case SequenceHead sequence -> {
                Config.labels(values, sequence.labels(), sequence.problem());
                yield SEQUENCES;
            }
            case TokenHead token -> {
                Config.labels(values, token.labels());
                values.put("classifier_dropout", token.dropout());
                yield TOKENS;
            }
            case SpanHead _ -> SPANS;
            default -> WORDS;
        };
    }
}
