package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.attention.ProjectionBias;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.layer.Bias;
import io.attend.router.BatchBalance;
import io.attend.router.TopKRouter;
import io.attend.router.UnlimitedCapacity;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Mixtral: Mistral in which every token has the feed-forwards of a few experts.
@Source(paper = "Mixtral of Experts", arxiv = "2401.04088")
public record Mixtral() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("mixtral");
    }

    @Override
    public Mapping read(Config config) {
        // noise on what the router sees, in training only
        config.only("router_jitter_noise", 0.0, "noise in front of routers is not made")
                .inert("output_router_logits");
        Llama.Shape shape = Llama.Shape.read(
                config,
                Llama.Defaults.of(14_336, 32_000, 4096 * 32)
                        .keyValue(8)
                        .epsilon(1e-5)
                        .theta(1e6));
        GatedFeedForward expert = shape.gated(config, Bias.NONE);
        TopKRouter router = new TopKRouter(
                config.whole("num_experts_per_tok", 2), TopKRouter.Gates.RENORMALIZED, new UnlimitedCapacity());
        Mapping mapping = Llama.mapping(
                config,
                "Mixtral",
                shape,
                shape.attention(config, Mistral.window(config, 0)).bias(ProjectionBias.NONE),
                new MixtureOfExperts(config.whole("num_local_experts", 8), router, expert));
        String layers =
                (mapping.architecture().head() instanceof io.attend.head.NoHead ? "" : "model.") + "layers.{i}.";
        String experts = layers + "block_sparse_moe.experts.{j}.";
        mapping.names()
                .module(layers + "block_sparse_moe.gate", "decoder.{i}.feed.router")
                .module(experts + "w1", "decoder.{i}.feed.experts.{j}.gate")
                .module(experts + "w3", "decoder.{i}.feed.experts.{j}.inner")
                .module(experts + "w2", "decoder.{i}.feed.experts.{j}.outer");
        double balance = config.number("router_aux_loss_coef", 0.001);
        return new Mapping(
                mapping.architecture(),
                mapping.names(),
                mapping.usage().auxiliary(new Usage.Auxiliary("aux_loss", "decoder", new BatchBalance(), balance)));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).flatMap(parts -> {
            if (parts.rotary().isEmpty()
                    || !(parts.feed() instanceof MixtureOfExperts(int experts, TopKRouter router, FeedForward _))) {
                return Optional.empty();
            }
            Map<String, Object> values = Mistral.keys(parts, "mixtral", "Mixtral");
            values.put("num_local_experts", experts);
            values.put("num_experts_per_tok", router.choices());
            return Optional.of(values);
        });
    }
}
