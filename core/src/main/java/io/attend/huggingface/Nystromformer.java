package io.attend.huggingface;

import io.attend.activation.Relu;
import io.attend.architecture.Architecture;
import io.attend.attention.Heads;
import io.attend.attention.NystromAttention;
import io.attend.head.ChoiceHead;
import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.LearnedPosition;
import io.attend.position.NoPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.NullNode;

/// Nyströmformer: BERT whose attention goes through landmarks.
///
/// Hugging Face's class takes texts of `segment_means_seq_len` positions only, a multiple of the landmarks; here
/// they may have any length.
@Source(paper = "Nyströmformer: A Nyström-Based Algorithm for Approximating Self-Attention", arxiv = "2102.03902")
public record Nystromformer() implements Family {
    /// Rows of the table of positions before the first.
    private static final int OFFSET = 2;

    private static final Map<String, Task> CLASSES = TextEncoder.classes("Nystromformer");

    @Override
    public List<String> modelTypes() {
        return List.of("nystromformer");
    }

    @Override
    public Mapping read(Config config) {
        config.only("is_decoder", false, "its landmarks see the future");
        config.only("inv_coeff_init_option", false, "Hugging Face's class cannot be built with another");
        config.inert("attention_probs_dropout_prob"); // the class makes such a dropout and never applies it
        TextEncoder encoder = TextEncoder.of(
                config,
                CLASSES,
                Map.of(
                        "vocab_size", 30_000,
                        "hidden_act", "gelu_new",
                        "max_position_embeddings", 510,
                        "layer_norm_eps", 1e-5,
                        "pad_token_id", 1));
        Head head = encoder.task() == Task.CHOICE
                ? new ChoiceHead(SequenceHead.of(1).dense(new Relu()))
                : encoder.head(
                        new NoHead(), encoder.words(encoder.activation()), encoder.activation(), encoder.dropout());
        boolean placed =
                config.text("position_embedding_type").orElse("absolute").equals("absolute");
        int longest = encoder.whole("max_position_embeddings");
        Names names = names(encoder);
        if (!placed) {
            names.kept(
                    encoder.body("nystromformer") + "embeddings.position_embeddings.weight",
                    Shape.of(longest + OFFSET, encoder.width()),
                    Names.Fresh.ZEROS,
                    "the table of positions, which no other position_embedding_type than absolute looks at");
        }
        return encoder.mapping(
                encoder.embedding().position(placed ? new LearnedPosition(longest + OFFSET, OFFSET) : new NoPosition()),
                encoder.stack(encoder.block(attention(encoder, longest))),
                head,
                names);
    }

    private static NystromAttention attention(TextEncoder encoder, int longest) {
        Config config = encoder.config();
        int landmarks = config.whole("num_landmarks", 64);
        // where both are equal the class takes texts of any length, and each position is a landmark
        boolean exact = config.whole("segment_means_seq_len", 64) == landmarks;
        NystromAttention attention = NystromAttention.of(
                        Heads.of(encoder.count("num_attention_heads")),
                        exact ? Math.max(landmarks, longest) : landmarks)
                .start(NystromAttention.Start.BATCH)
                .padding(NystromAttention.Padding.SEEN);
        boolean convolved = config.has("conv_kernel_size") || !config.names("conv_kernel_size");
        int kernel = config.whole("conv_kernel_size", 65);
        return convolved ? attention.kernel(kernel) : attention;
    }

    private static Names names(TextEncoder encoder) {
        Names names = encoder.layers(encoder.names("nystromformer"), "nystromformer")
                .map(
                        encoder.body("nystromformer") + "encoder.layer.{i}.attention.self.conv.weight",
                        Layout.shaped(shape -> Shape.of(shape.size(0), 1, shape.size(1), 1)),
                        encoder.block() + "attention.convolution.weight");
        return switch (encoder.task()) {
            case WORDS ->
                encoder.words(names, "nystromformer", "cls.predictions.decoder", "cls.predictions.bias")
                        .module("cls.predictions.transform.dense", "head.dense")
                        .module("cls.predictions.transform.LayerNorm", "head.norm");
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            default -> names.module("pre_classifier", "head.dense").module("classifier", "head.classifier");
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.attention() instanceof NystromAttention)
                .map(parts -> {
                    NystromAttention attention = (NystromAttention) parts.attention();
                    Map<String, Object> values = parts.keys("nystromformer", "Nystromformer");
                    int longest = 0;
                    if (parts.embedding().position() instanceof LearnedPosition places) {
                        longest = places.maximum() - OFFSET;
                        values.put("max_position_embeddings", longest);
                    }
                    values.put("num_attention_heads", attention.heads().count());
                    values.put("num_landmarks", attention.landmarks());
                    // one that has a landmark for every position is that of any length
                    values.put(
                            "segment_means_seq_len", attention.landmarks() * (attention.landmarks() < longest ? 2 : 1));
                    values.put(
                            "conv_kernel_size",
                            attention.kernel().isPresent() ? attention.kernel().getAsInt() : NullNode.getInstance());
                    return values;
                });
    }
}
