package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Attention;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.FeedForward;
import io.attend.head.ChoiceHead;
import io.attend.head.DiscriminatorHead;
import io.attend.head.Head;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.PairHead;
import io.attend.head.QuestionHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TokenHead;
import io.attend.head.Tying;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.ShawPosition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.NullNode;

/// An architecture of BERT's form taken apart: what its descendants make their keys of.
record EncoderParts(
        int width,
        boolean decoder,
        TokenEmbedding embedding,
        Stack stack,
        Attention attention,
        FeedForward feed,
        LayerNorm norm,
        double dropout,
        Head head) {
    /// The parts, if there is a table of words, and blocks of attention and feed-forward with the norm behind
    /// them.
    static Optional<EncoderParts> of(Architecture architecture) {
        boolean decoder = architecture.topology() instanceof Decoder;
        if (!(architecture.topology() instanceof Encoder) && !decoder) {
            return Optional.empty();
        }
        Stack stack = architecture.topology().stacks().values().iterator().next();
        var block = stack.unrolled().getLast(); // the first may have a part more
        var embedding = architecture.topology() instanceof Encoder encoder
                ? encoder.embedding()
                : ((Decoder) architecture.topology()).embedding();
        if (!(embedding instanceof TokenEmbedding tokens)
                || !(tokens.table() instanceof DenseTable)
                || !(block.norm() instanceof LayerNorm norm)
                || !(block.residual() instanceof PostNorm(double dropout))
                || block.sublayers().size() != 2
                || !(block.sublayers().get(0) instanceof SelfAttention(Attention attention))
                || !(block.sublayers().get(1) instanceof Feed(FeedForward feed))) {
            return Optional.empty();
        }
        return Optional.of(new EncoderParts(
                architecture.width(), decoder, tokens, stack, attention, feed, norm, dropout, architecture.head()));
    }

    DenseTable table() {
        return (DenseTable) embedding.table();
    }

    boolean tied() {
        return !(head instanceof MaskedLanguageHead words && words.scores() == Tying.OWN)
                && !(head instanceof PairHead pair && pair.words().scores() == Tying.OWN);
    }

    /// What scores a text as a whole.
    Optional<SequenceHead> sequences() {
        return switch (head) {
            case SequenceHead sequences -> Optional.of(sequences);
            case ChoiceHead choice -> Optional.of(choice.scores());
            default -> Optional.empty();
        };
    }

    /// Whether it is asked which of several texts it is.
    boolean chooses() {
        return head instanceof ChoiceHead;
    }

    /// The keys of the summary that a text is chosen by.
    void summary(Map<String, Object> values) {
        if (head instanceof ChoiceHead choice) {
            SequenceSummary.write(values, choice.scores());
        }
    }

    /// The dropout in front of classes.
    double last() {
        return switch (head) {
            case SequenceHead sequences -> sequences.dropout();
            case ChoiceHead choice -> choice.scores().dropout();
            case TokenHead tokens -> tokens.dropout();
            case SpanHead spans -> spans.dropout();
            default -> dropout;
        };
    }

    /// The class of a family whose classes begin with that name.
    String className(String name) {
        return name
                + switch (head) {
                    case MaskedLanguageHead _ -> decoder ? "ForCausalLM" : "ForMaskedLM";
                    case PairHead _ -> "ForPreTraining";
                    case DiscriminatorHead _ -> "ForPreTraining";
                    case SequenceHead _ -> "ForSequenceClassification";
                    case ChoiceHead _ -> "ForMultipleChoice";
                    case TokenHead _ -> "ForTokenClassification";
                    case SpanHead _, QuestionHead _ -> "ForQuestionAnswering";
                    default -> "Model";
                };
    }

    /// What every configuration has, whatever it calls the rest.
    Map<String, Object> heading(String modelType, String name) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", modelType);
        values.put("architectures", List.of(className(name)));
        switch (head) {
            case SequenceHead sequences -> Config.labels(values, sequences.labels(), sequences.problem());
            case TokenHead tokens -> Config.labels(values, tokens.labels());
            default -> {}
        }
        values.put("vocab_size", table().vocabulary());
        values.put(
                "pad_token_id",
                table().padding().isPresent() ? table().padding().getAsInt() : NullNode.getInstance());
        if (!tied()) {
            values.put("tie_word_embeddings", false);
        }
        return values;
    }

    /// The keys of BERT's names.
    Map<String, Object> keys(String modelType, String name) {
        Map<String, Object> values = heading(modelType, name);
        values.put("hidden_size", width);
        values.put("num_hidden_layers", stack.unrolled().size());
        values.put("hidden_dropout_prob", dropout);
        values.put("layer_norm_eps", norm.epsilon());
        if (decoder) {
            values.put("is_decoder", true);
        }
        embedding.segments().ifPresent(count -> values.put("type_vocab_size", count));
        embedding.inner().ifPresent(inner -> values.put("embedding_size", inner));
        if (embedding.position() instanceof LearnedPosition places) {
            values.put("max_position_embeddings", places.maximum());
        }
        if (attention instanceof SoftmaxAttention softmax) {
            values.put("num_attention_heads", softmax.heads().count());
            values.put("attention_probs_dropout_prob", softmax.dropout());
            if (softmax.position() instanceof ShawPosition shaw) {
                values.put("max_position_embeddings", shaw.furthest() + 1);
                values.put(
                        "position_embedding_type",
                        shaw.use() == ShawPosition.Use.KEYS ? "relative_key" : "relative_key_query");
            }
        }
        if (feed instanceof DenseFeedForward dense) {
            values.put("intermediate_size", dense.hidden());
            values.put("hidden_act", Activations.name(dense.activation()));
        }
        return values;
    }
}
