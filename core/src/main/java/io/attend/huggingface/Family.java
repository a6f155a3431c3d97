package io.attend.huggingface;

import io.attend.architecture.Architecture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A kind of model that Hugging Face has: what its `config.json` says, and what its tensors are called. The
/// package page tells how to add one.
///
/// Their order is that of preference where several can express a model: those of two stacks, which have
/// decoders too, come last, and the plainer of two before the other, as GPT-J before CodeGen.
public sealed interface Family
        permits Albert,
                Bert,
                BigBird,
                Bloom,
                ConvBert,
                Deberta,
                DistilBert,
                Electra,
                FNet,
                Falcon,
                Gemma,
                Gemma2,
                Gpt2,
                GptBigCode,
                GptJ,
                CodeGen,
                GptNeo,
                GptNeoX,
                Llama,
                Longformer,
                MPNet,
                Mamba,
                Mistral,
                Mixtral,
                Mpt,
                Nystromformer,
                Opt,
                Phi,
                Qwen2,
                RoFormer,
                Roberta,
                Rwkv,
                SqueezeBert,
                StableLm,
                TransfoXl,
                XlNet,
                Bart,
                MBart,
                Marian,
                Pegasus,
                Blenderbot,
                M2M100,
                ProphetNet,
                Led,
                LongT5,
                T5,
                Switch {
    /// The values of `model_type` it answers to.
    List<String> modelTypes();

    /// What a folder with this configuration holds. Reads every key that changes the numbers.
    Mapping read(Config config);

    /// The keys that [#read] makes this architecture of, if the family can express it.
    ///
    /// Only the keys need be right: that reading them gives the architecture back is checked by whoever asks.
    ///
    /// @return empty if the architecture is of another kind altogether
    default Optional<Map<String, Object>> config(Architecture architecture) {
        return Optional.empty();
    }

    /// Every family, in the order of `permits`: where several can express a model trained here, the first is
    /// taken.
    static List<Family> all() {
        return Stream.of(Family.class.getPermittedSubclasses())
                .map(type -> {
                    try {
                        return (Family) type.getDeclaredConstructor().newInstance();
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(type + " is no record without components", e);
                    }
                })
                .toList();
    }

    /// The family of a configuration.
    ///
    /// @throws io.attend.checkpoint.CheckpointException naming a `model_type` nobody answers to
    static Family of(Config config) {
        Map<String, Family> known = new LinkedHashMap<>();
        all().forEach(family -> family.modelTypes().forEach(type -> known.put(type, family)));
        config.modelType(); // missing is another error than unknown
        return config.choice("model_type", "", known);
    }
}
