/// Models of Hugging Face: read from their folders, written as such, bit for bit.
///
/// `config.json` becomes an [io.attend.architecture.Architecture] like any other, the tensors of the file its
/// parameters. [Pretrained] loads and saves; [Config] reads strictly; [Names] is the table of names; [Layout]
/// says how tensors of the file lie in parameters; [Usage] is what the classes do with tokens around the
/// network.
///
/// ## How to add a family
///
/// 1. Put one or more folders as `save_pretrained` writes them, with an `expected.safetensors`, under
///    `core/src/test/resources/hf`. They are tested from then on: names and shapes from the configuration
///    alone, every
///    number, load-save-load, unknown keys, tensors that do not fit.
/// 2. Write one file, `record Marian() implements Family`, with its `@Source`, and put its name on the
/// `permits` list of [Family]:
///
/// - `modelTypes()`: the values of `model_type` it answers to. - `read(config)`: asks [Config] for *every* key
/// that changes the numbers, with the default that the configuration
///      class has (`config.count("n_layer", 12)`, `config.choice("hidden_act", "gelu", Activations.KNOWN)`,
///      ...). Keys
///      that change nothing are listed with `config.inert(...)`; keys with values Attend does not have are
///      refused with
///      `config.only(key, value, why)`. `config.head(map)` picks what `architectures[0]` stands for;
///      `config.labels()` counts classes; `config.object(key)` goes inside one, strictly too.
///    - a table of [Names]. Numbers in names are `{i}`; a name that needs arithmetic is written in a loop. The
///    paths
///      of parameters are printed by `attend inspect DIR`; a parameter without a row is an error that lists it.
/// - a [Usage]: `Usage.PLAIN.tokens(config)`, and what the class does differently. - `config(architecture)`:
/// the keys that make that architecture, so that models trained here can be exported. Only
///      what can be matched need be looked at: whoever asks reads the keys back and compares.
///
/// 3. Run `FamilyTest` and `VerificationTest`; `attend verify DIR` shows which tensor is the first to differ,
/// hidden states in order.
///
/// Where a class does something odd, the folder decides, and the reason stands at the line that follows it.
@NullMarked
package io.attend.huggingface;

import org.jspecify.annotations.NullMarked;
