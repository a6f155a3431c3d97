package io.attend.generation;

import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.CheckpointException;
import io.attend.huggingface.Config;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How a model is meant to be generated from: a `generation_config.json`, read strictly, or in folders older
/// than that file the same keys of `config.json`. A key that would change the text and is not understood is
/// refused by name.
///
/// It becomes a [Decoding]: [Beam] where there is more than one of `num_beams`, [Sampling] where `do_sample`
/// says so, otherwise [Greedy], with the rules in the order that Hugging Face's processors have. Where neither
/// `max_new_tokens` nor `max_length` is given a text gets 256 new tokens at most, not Hugging Face's 20 in all.
public final class GenerationConfig {
    /// New tokens where nothing is said.
    public static final int LIMIT = 256;

    private static final String FILE = "generation_config.json";
    private static final long LARGEST = 4 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Keys that are understood.
    private static final Set<String> KNOWN = words("max_length max_new_tokens min_length min_new_tokens do_sample"
            + " temperature top_k top_p min_p typical_p epsilon_cutoff eta_cutoff num_beams num_beam_groups"
            + " diversity_penalty length_penalty early_stopping no_repeat_ngram_size repetition_penalty bad_words_ids"
            + " suppress_tokens begin_suppress_tokens forced_bos_token_id forced_eos_token_id eos_token_id pad_token_id"
            + " bos_token_id decoder_start_token_id stop_strings penalty_alpha");

    /// Keys that do not change the text.
    private static final Set<String> INERT = words("_from_model_config _commit_hash transformers_version use_cache"
            + " cache_implementation cache_config return_legacy_cache return_dict_in_generate output_scores"
            + " output_logits output_attentions output_hidden_states remove_invalid_values low_memory"
            + " num_return_sequences max_time is_assistant num_assistant_tokens num_assistant_tokens_schedule"
            + " assistant_confidence_threshold prompt_lookup_num_tokens max_matching_ngram_size"
            + " assistant_early_exit assistant_lookbehind target_lookbehind compile_config disable_compile"
            + " prefill_chunk_size generation_kwargs");

    /// Keys that only change the text where they are neither null nor this.
    private static final ObjectNode OFF = (ObjectNode) JSON.readTree("""
            {"encoder_no_repeat_ngram_size": 0, "encoder_repetition_penalty": 1.0,
             "guidance_scale": 1.0, "renormalize_logits": false, "token_healing": false, "force_words_ids": null,
             "constraints": null, "sequence_bias": null, "exponential_decay_length_penalty": null,
             "forced_decoder_ids": null, "watermarking_config": null, "dola_layers": null}
            """);

    private final Path file;
    private final ObjectNode tree;
    private final Config config;

    private GenerationConfig(Path file, ObjectNode tree) {
        this.file = file;
        this.tree = tree;
        this.config = Config.parse(file, tree.toString());
        checkKnown();
    }

    private static Set<String> words(String text) {
        return Set.of(text.split(" +"));
    }

    /// Nothing said: greedy, 256 new tokens.
    public static GenerationConfig none() {
        return new GenerationConfig(Path.of(FILE), JsonNodeFactory.instance.objectNode());
    }

    /// What a folder says.
    ///
    /// @throws CheckpointException naming the key that is not understood
    public static GenerationConfig of(Path folder) {
        Path file = folder.resolve(FILE);
        if (Files.isRegularFile(file)) {
            return new GenerationConfig(file, read(file));
        }
        Path config = folder.resolve("config.json");
        if (!Files.isRegularFile(config)) {
            return none(); // a GGUF file says nothing of it
        }
        ObjectNode older = read(config);
        older.retain(Stream.concat(KNOWN.stream(), OFF.propertyNames().stream()).toList());
        return new GenerationConfig(config, older);
    }

    /// Writes the `generation_config.json` of a folder, if anything is said.
    void save(Path folder) {
        if (!tree.isEmpty()) {
            Atomic.text(
                    folder.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n");
        }
    }

    private static ObjectNode read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new CheckpointException(
                        file, "has " + Files.size(file) + " bytes; no configuration is that long");
            }
            if (Values.tree(JSON, Files.readString(file)) instanceof ObjectNode object) {
                return object;
            }
            throw new CheckpointException(file, "holds no JSON object; download it again");
        } catch (ValueException e) {
            throw new CheckpointException(file, "is not JSON: " + e.getMessage(), e);
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, "is not a text file in UTF-8; a configuration is JSON", e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /// The same where a task has settings of its own, which win.
    public GenerationConfig with(JsonNode settings) {
        ObjectNode merged = tree.deepCopy();
        settings.properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue()));
        return new GenerationConfig(file, merged);
    }

    /// The same where the first word is given.
    GenerationConfig forcing(int word) {
        return with(JsonNodeFactory.instance.objectNode().put("forced_bos_token_id", word));
    }

    private void checkKnown() {
        Set<String> unknown = new LinkedHashSet<>(tree.propertyNames());
        unknown.removeAll(KNOWN);
        unknown.removeAll(INERT);
        unknown.removeIf(key -> OFF.has(key) && isOff(key));
        if (!unknown.isEmpty()) {
            String first = unknown.iterator().next();
            throw new CheckpointException(
                    file,
                    first + " is " + excerpt(tree.get(first))
                            + ", which may change what is written, and Attend does not"
                            + " know it" + (unknown.size() > 1 ? "; nor " + rest(unknown) : "")
                            + "; remove the key if it does not");
        }
    }

    private static String rest(Set<String> unknown) {
        return String.join(", ", unknown.stream().skip(1).limit(20).toList());
    }

    private static String excerpt(JsonNode value) {
        String text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    private boolean isOff(String key) {
        JsonNode value = tree.get(key);
        JsonNode off = OFF.get(key);
        return value.isNull()
                || value.equals(off)
                || value.isNumber() && off.isNumber() && value.doubleValue() == off.doubleValue();
    }

    // ---- tokens ----

    /// The tokens that end a text, if the folder names some.
    public Optional<Set<Integer>> ends() {
        return ids("eos_token_id").map(Set::copyOf);
    }

    /// What a decoder begins with, if the folder names it.
    public OptionalInt start() {
        return ids("decoder_start_token_id")
                .map(ids -> {
                    if (ids.size() != 1) {
                        throw config.refuse("decoder_start_token_id", "one token for all texts");
                    }
                    return OptionalInt.of(ids.getFirst());
                })
                .orElse(OptionalInt.empty());
    }

    public OptionalInt pad() {
        return config.wholeIfGiven("pad_token_id");
    }

    public OptionalInt begin() {
        return config.wholeIfGiven("bos_token_id");
    }

    /// Texts that end what is written.
    public List<String> stops() {
        Optional<JsonNode> given = config.tree("stop_strings");
        return given.filter(JsonNode::isString)
                .map(text -> List.of(text.stringValue()))
                .orElseGet(() -> config.texts("stop_strings"));
    }

    /// One id or a list of them.
    private Optional<List<Integer>> ids(String key) {
        return config.tree(key).map(value -> {
            JsonNode list = value.isArray()
                    ? value
                    : JsonNodeFactory.instance.arrayNode().add(value);
            if (list.valueStream().anyMatch(id -> !id.canConvertToInt() || !id.isIntegralNumber())) {
                throw config.refuse(key, "ids of tokens");
            }
            return list.valueStream().map(JsonNode::intValue).toList();
        });
    }

    // ---- decoding ----

    /// Whether how much is written depends on how long the prompt is.
    boolean countsPrompt() {
        return config.has("max_length") && !config.has("max_new_tokens")
                || Stream.of("min_length", "min_new_tokens", "forced_eos_token_id", "begin_suppress_tokens")
                        .anyMatch(config::has);
    }

    /// New tokens at most behind a prompt of so many; 0 or less where the prompt is as long as a text may be.
    int limit(int prompt) {
        OptionalInt fresh = config.wholeIfGiven("max_new_tokens");
        return fresh.orElseGet(() -> config.wholeIfGiven("max_length").orElse(prompt + LIMIT) - prompt);
    }

    /// How texts are chosen behind a prompt of so many tokens.
    ///
    /// @param ends the tokens that end a text
    public Decoding decoding(int prompt, int limit, Set<Integer> ends) {
        try {
            List<Rule> rules = new ArrayList<>(preferences());
            rules.addAll(constraints(prompt, limit, ends));
            int beams = config.whole("num_beams", 1);
            boolean sampled = config.flag("do_sample", false);
            if (beams > 1 && sampled) {
                throw config.refuse("num_beams", "1 where do_sample is true: beams that are drawn are not written");
            }
            if (beams != 1) {
                return beam(beams, limit, rules);
            }
            double alike = config.number("penalty_alpha", 0);
            int candidates = config.whole("top_k", 50);
            if (!sampled && alike > 0 && candidates > 1) {
                return new Contrastive(limit, candidates, alike, rules);
            }
            if (!sampled) {
                return new Greedy(limit, rules);
            }
            rules.addAll(odds());
            return new Sampling(limit, 1, rules);
        } catch (CheckpointException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    private Beam beam(int beams, int limit, List<Rule> rules) {
        int groups = config.whole("num_beam_groups", 1);
        double diversity = config.number("diversity_penalty", 0);
        return new Beam(
                limit,
                beams,
                config.number("length_penalty", 1),
                stopping(),
                groups == 1 ? Optional.empty() : Optional.of(new Beam.Groups(groups, diversity)),
                rules);
    }

    private Beam.Stopping stopping() {
        JsonNode value = config.tree("early_stopping").orElse(JsonNodeFactory.instance.booleanNode(false));
        if (value.isBoolean()) {
            return value.booleanValue() ? Beam.Stopping.ENOUGH : Beam.Stopping.LIKELY;
        }
        if (value.isString() && value.stringValue().equals("never")) {
            return Beam.Stopping.CERTAIN;
        }
        throw config.refuse("early_stopping", "true, false, \"never\"");
    }

    /// What one may choose otherwise: how much a text repeats itself.
    private List<Rule> preferences() {
        List<Rule> rules = new ArrayList<>();
        add(rules, "repetition_penalty", 1, RepetitionPenalty::new);
        add(rules, "no_repeat_ngram_size", NoRepeat::new);
        return rules;
    }

    /// What holds whichever way texts are chosen.
    List<Rule> constraints(int prompt, int limit, Set<Integer> ends) {
        List<Rule> rules = new ArrayList<>();
        List<List<Integer>> bad = badWords(ends);
        if (!bad.isEmpty()) {
            rules.add(new BadWords(bad));
        }
        int least = Math.max(
                config.wholeIfGiven("min_length").orElse(0),
                config.wholeIfGiven("min_new_tokens").orElse(-prompt) + prompt);
        if (least > 0 && !ends.isEmpty()) {
            rules.add(new Without(List.copyOf(ends), 0, least));
        }
        OptionalInt first = config.wholeIfGiven("forced_bos_token_id");
        first.ifPresent(word -> rules.add(new Forced(1, word)));
        ids("forced_eos_token_id").ifPresent(words -> rules.add(new Forced(prompt + limit - 1, words.getFirst())));
        ids("suppress_tokens").filter(words -> !words.isEmpty()).ifPresent(words -> rules.add(new Without(words)));
        int begin = prompt + (prompt == 1 && first.isPresent() ? 1 : 0);
        ids("begin_suppress_tokens")
                .filter(words -> !words.isEmpty())
                .ifPresent(words -> rules.add(new Without(words, begin, begin + 1)));
        return rules;
    }

    /// A sequence that is nothing but an end is left to [#constraints]' least length.
    private List<List<Integer>> badWords(Set<Integer> ends) {
        JsonNode value = config.tree("bad_words_ids").orElse(JsonNodeFactory.instance.arrayNode());
        List<List<Integer>> sequences = new ArrayList<>();
        for (JsonNode sequence : value) {
            if (!value.isArray()
                    || !sequence.isArray()
                    || sequence.valueStream().anyMatch(id -> !id.isIntegralNumber() || !id.canConvertToInt())) {
                throw config.refuse("bad_words_ids", "lists of ids of tokens");
            }
            List<Integer> words = sequence.valueStream().map(JsonNode::intValue).toList();
            if (!(words.size() == 1 && ends.contains(words.getFirst()))) {
                sequences.add(words);
            }
        }
        return sequences;
    }

    /// The odds that words are drawn by. Hugging Face keeps the 50 likeliest words where nothing is said.
    private List<Rule> odds() {
        List<Rule> rules = new ArrayList<>();
        add(rules, "temperature", 1, Temperature::new);
        int likeliest = tree.has("top_k") ? config.whole("top_k", 0) : 50;
        if (likeliest > 0) {
            rules.add(new TopK(likeliest));
        }
        add(rules, "top_p", 1, TopP::new);
        add(rules, "min_p", 0, MinP::new);
        add(rules, "typical_p", 1, Typical::new);
        add(rules, "epsilon_cutoff", 0, Epsilon::new);
        add(rules, "eta_cutoff", 0, Eta::new);
        return rules;
    }

    private void add(List<Rule> rules, String key, double off, DoubleFunction<Rule> rule) {
        OptionalDouble value = config.numberIfGiven(key);
        if (value.isPresent() && value.getAsDouble() != off) {
            rules.add(rule.apply(value.getAsDouble()));
        }
    }

    private void add(List<Rule> rules, String key, IntFunction<Rule> rule) {
        OptionalInt value = config.wholeIfGiven(key);
        if (value.isPresent() && value.getAsInt() != 0) {
            rules.add(rule.apply(value.getAsInt()));
        }
    }
}
