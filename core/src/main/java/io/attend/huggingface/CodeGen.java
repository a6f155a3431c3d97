package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// CodeGen: GPT-J whose query, value and key are one matrix in four parts, as its first trainer split it over
/// devices.
@Source(
        paper = "CodeGen: An Open Large Language Model for Code with Multi-Turn Program Synthesis",
        arxiv = "2203.13474")
public record CodeGen() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("codegen");
    }

    /// Parts of the fused matrix, each of them query, value and key of its heads.
    private static final int PARTS = 4;

    @Override
    public Mapping read(Config config) {
        return GptJ.mapping(
                config,
                "CodeGen",
                (names, layer) -> names.module(
                        layer + "qkv_proj",
                        Layout.rows(PARTS),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.value",
                        "decoder.{i}.attention.key"));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return GptJ.keys(architecture, "codegen", "CodeGen");
    }
}
