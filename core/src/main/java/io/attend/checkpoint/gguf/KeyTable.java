package io.attend.checkpoint.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.StringNode;

/// Keys of a GGUF file beside those of `config.json`: numbers that both have, values of `config.json` that the
/// architecture fixes, and keys that change no result.
final class KeyTable {
    /// What every `config.json` may say beside its model.
    private static final List<String> ANYWHERE = List.of(
            "architectures",
            "model_type",
            "torch_dtype",
            "dtype",
            "transformers_version",
            "_name_or_path",
            "initializer_range",
            "use_cache",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "id2label",
            "label2id",
            "problem_type",
            "output_attentions",
            "output_hidden_states",
            "attention_dropout",
            "vocab_size",
            "tie_word_embeddings");

    private final List<Row> rows = new ArrayList<>();
    private final List<Fixed> fixed = new ArrayList<>();
    private final List<String> inert = new ArrayList<>(ANYWHERE);
    private final List<String> ignored = new ArrayList<>();

    /// A number that both sides have.
    ///
    /// @param absent what it means if it is not there
    record Row(String gguf, String huggingFace, boolean whole, OptionalDouble absent) {}

    /// A value of `config.json` the file cannot say otherwise; the first is the one read.
    record Fixed(String huggingFace, List<JsonNode> values) {}

    KeyTable count(String gguf, String huggingFace) {
        rows.add(new Row(gguf, huggingFace, true, OptionalDouble.empty()));
        return this;
    }

    KeyTable real(String gguf, String huggingFace) {
        rows.add(new Row(gguf, huggingFace, false, OptionalDouble.empty()));
        return this;
    }

    KeyTable real(String gguf, String huggingFace, double absent) {
        rows.add(new Row(gguf, huggingFace, false, OptionalDouble.of(absent)));
        return this;
    }

    KeyTable fixed(String huggingFace, String... values) {
        fixed.add(new Fixed(
                huggingFace,
                Arrays.stream(values).<JsonNode>map(StringNode::valueOf).toList()));
        return this;
    }

    KeyTable fixed(String huggingFace, boolean value) {
        fixed.add(new Fixed(huggingFace, List.of(BooleanNode.valueOf(value))));
        return this;
    }

    /// Keys of `config.json` that change no result.
    KeyTable inert(String... huggingFace) {
        inert.addAll(List.of(huggingFace));
        return this;
    }

    /// Keys of the file that `config.json` has no place for.
    KeyTable ignored(String... gguf) {
        ignored.addAll(List.of(gguf));
        return this;
    }

    List<Row> rows() {
        return rows;
    }

    List<Fixed> fixed() {
        return fixed;
    }

    List<String> inert() {
        return inert;
    }

    List<String> ignored() {
        return ignored;
    }
}
