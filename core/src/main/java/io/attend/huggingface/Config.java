package io.attend.huggingface;

import io.attend.checkpoint.CheckpointException;
import io.attend.head.Problem;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A `config.json`, read strictly: every key of it is asked for, or listed as one that does not change the
/// numbers. [#checkComplete] refuses the rest, so that no setting is ever passed over in silence.
///
/// A family asks with the default that Hugging Face's configuration class has; `null` counts as absent. Every
/// refusal is a [CheckpointException] naming the file, the key, its value and the values that are understood.
public final class Config {
    private static final long LARGEST = 4 << 20;
    private static final int MOST = 1 << 12;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Keys of every model that say where it comes from or how it is generated from, which has its own
    /// settings here.
    private static final Set<String> INERT = Set.of(
            // where it comes from
            ("_name_or_path _commit_hash transformers_version torch_dtype dtype architectures model_type auto_map"
                            + " tokenizer_class task_specific_params finetuning_task prefix torchscript use_bfloat16"
                            + " tf_legacy_loss _attn_implementation _attn_implementation_autoset attn_implementation"
                            + " _flash_attn_2_enabled"
                            // what a call gives back, and how it is computed
                            + " use_cache return_dict output_hidden_states output_attentions output_past"
                            + " gradient_checkpointing chunk_size_feed_forward initializer_range"
                            // names of classes; a head that needs their number reads it
                            + " id2label label2id num_labels _num_labels problem_type"
                            // tokens; what needs one reads it
                            + " bos_token_id eos_token_id pad_token_id sep_token_id cls_token_id mask_token_id"
                            + " unk_token_id decoder_start_token_id"
                            // generation
                            + " max_length min_length do_sample early_stopping num_beams num_beam_groups"
                            + " diversity_penalty temperature top_k top_p typical_p repetition_penalty length_penalty"
                            + " no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences"
                            + " output_scores return_dict_in_generate forced_bos_token_id forced_eos_token_id"
                            + " remove_invalid_values exponential_decay_length_penalty suppress_tokens"
                            + " begin_suppress_tokens max_new_tokens")
                    .split(" +"));

    private static final Map<String, Problem> PROBLEMS = new LinkedHashMap<>();

    static {
        PROBLEMS.put("regression", Problem.REGRESSION);
        PROBLEMS.put("single_label_classification", Problem.SINGLE_LABEL);
        PROBLEMS.put("multi_label_classification", Problem.MULTI_LABEL);
    }

    private final Path file;
    private final String path;
    private final JsonNode tree;
    private final Set<String> read = new LinkedHashSet<>();
    private final Map<String, Config> inside = new LinkedHashMap<>();

    private Config(Path file, String path, JsonNode tree) {
        this.file = file;
        this.path = path;
        this.tree = tree;
    }

    /// The `config.json` of a folder.
    public static Config of(Path folder) {
        Path file = folder.resolve("config.json");
        try {
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(
                        file, "no such file; a Hugging Face folder has one beside its model.safetensors");
            }
            if (Files.size(file) > LARGEST) {
                throw new CheckpointException(
                        file, "has " + Files.size(file) + " bytes; no configuration is that long");
            }
            return parse(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, "is not a text file in UTF-8; a configuration is JSON", e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /// A configuration out of a text; `file` is what messages call it.
    public static Config parse(Path file, String json) {
        JsonNode tree;
        try {
            tree = Values.tree(JSON, json);
        } catch (ValueException e) {
            throw new CheckpointException(file, "is not JSON: " + e.getMessage(), e);
        }
        if (!tree.isObject()) {
            throw new CheckpointException(file, "holds no JSON object; download it again");
        }
        return new Config(file, "", tree);
    }

    /// A configuration made of values: what a family says of an architecture that was not loaded.
    static Config of(Path file, Map<String, ?> values) {
        return parse(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(values) + "\n");
    }

    /// The text, as it is saved again.
    String json() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
    }

    /// The tree, as it is written in other forms.
    ObjectNode object() {
        return ((ObjectNode) tree).deepCopy();
    }

    Path file() {
        return file;
    }

    // ---- asking ----

    /// Whether the key is there and not null. Does not count as reading it.
    public boolean has(String key) {
        JsonNode value = tree.get(key);
        return value != null && !value.isNull();
    }

    /// Whether the key is there, if only as null. Does not count as reading it.
    public boolean names(String key) {
        return tree.has(key);
    }

    private Optional<JsonNode> ask(String key) {
        read.add(key);
        return has(key) ? Optional.of(tree.get(key)) : Optional.empty();
    }

    private JsonNode require(String key) {
        return ask(key).orElseThrow(() -> new CheckpointException(
                file, path + key + " is missing, and nothing else says it; add it as the model was trained with it"));
    }

    /// A whole number that must be given.
    public int whole(String key) {
        return whole(key, require(key));
    }

    /// A whole number, or Hugging Face's default.
    public int whole(String key, int otherwise) {
        return ask(key).map(value -> whole(key, value)).orElse(otherwise);
    }

    /// A whole number if it is given.
    public OptionalInt wholeIfGiven(String key) {
        return ask(key).map(value -> OptionalInt.of(whole(key, value))).orElse(OptionalInt.empty());
    }

    private int whole(String key, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw refuse(key, "a whole number");
        }
        return value.intValue();
    }

    /// How many there are of something that is described one by one, such as layers, or Hugging Face's default.
    public int count(String key, int otherwise) {
        return count(key, OptionalInt.of(otherwise));
    }

    /// The same where it must be given.
    public int count(String key) {
        return count(key, OptionalInt.empty());
    }

    private int count(String key, OptionalInt otherwise) {
        int count = otherwise.isPresent() ? whole(key, otherwise.getAsInt()) : whole(key);
        if (count < 1 || count > MOST) {
            throw refuse(key, "a number from 1 to " + MOST);
        }
        return count;
    }

    /// A word no gradient reaches where it is looked up: the padding token a table is made with. `null` means
    /// none, a negative one counts from the end of the vocabulary, and one outside it counts as none.
    public OptionalInt padding(String key, int otherwise, int vocabulary) {
        if (tree.has(key) && !has(key)) {
            read.add(key);
            return OptionalInt.empty();
        }
        int token = whole(key, otherwise);
        int row = has(key) && token < 0 ? token + vocabulary : token;
        return row >= 0 && row < vocabulary ? OptionalInt.of(row) : OptionalInt.empty();
    }

    /// A number, or Hugging Face's default.
    public double number(String key, double otherwise) {
        return numberIfGiven(key).orElse(otherwise);
    }

    /// A number if it is given.
    public OptionalDouble numberIfGiven(String key) {
        return ask(key).map(value -> {
                    if (!value.isNumber()) {
                        throw refuse(key, "a number");
                    }
                    return OptionalDouble.of(value.doubleValue());
                })
                .orElse(OptionalDouble.empty());
    }

    /// Whether something is so, or Hugging Face's default.
    public boolean flag(String key, boolean otherwise) {
        return ask(key).map(value -> {
                    if (!value.isBoolean()) {
                        throw refuse(key, "true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    /// One of several known words, or Hugging Face's default.
    public <T> T choice(String key, String otherwise, Map<String, T> known) {
        String word = text(key).orElse(otherwise);
        T chosen = known.get(word);
        if (chosen == null) {
            throw refuse(key, "one of " + String.join(", ", known.keySet()));
        }
        return chosen;
    }

    /// A word if it is given.
    public Optional<String> text(String key) {
        return ask(key).map(value -> {
            if (!value.isString()) {
                throw refuse(key, "a string");
            }
            return value.stringValue();
        });
    }

    /// A list of words; empty when it is not given.
    public List<String> texts(String key) {
        return ask(key).map(value -> {
                    if (!value.isArray() || value.valueStream().anyMatch(item -> !item.isString())) {
                        throw refuse(key, "a list of strings");
                    }
                    return value.valueStream().map(JsonNode::stringValue).toList();
                })
                .orElse(List.of());
    }

    /// A list of numbers if it is given.
    public Optional<List<Double>> numbers(String key) {
        return ask(key).map(value -> {
            if (!value.isArray() || value.valueStream().anyMatch(item -> !item.isNumber())) {
                throw refuse(key, "a list of numbers");
            }
            return value.valueStream().map(JsonNode::doubleValue).toList();
        });
    }

    /// A value of any form, for a key whose form is a family's own affair.
    public Optional<JsonNode> tree(String key) {
        return ask(key);
    }

    /// The settings inside a key, if it is given; what is not read in them is refused like any other.
    public Optional<Config> object(String key) {
        return ask(key).map(value -> {
            if (!value.isObject()) {
                throw refuse(key, "an object");
            }
            return inside.computeIfAbsent(key, _ -> new Config(file, path + key + ".", value));
        });
    }

    /// The class the folder was saved by, `architectures[0]`; a family's plain model where nothing is said.
    public String className(String otherwise) {
        List<String> classes = texts("architectures");
        return classes.isEmpty() ? otherwise : classes.getFirst();
    }

    /// What a family makes of the class the folder was saved by.
    ///
    /// @param known by class, the plain model first
    public <T> T head(Map<String, T> known) {
        String name = className(known.keySet().iterator().next());
        T head = known.get(name);
        if (head == null) {
            throw new CheckpointException(
                    file,
                    "architectures names " + name + ", which Attend does not know; of " + modelType() + " it knows "
                            + String.join(", ", known.keySet()));
        }
        return head;
    }

    /// How many classes a classifying head tells apart: those that `id2label` names, 2 where nothing is said.
    public int labels() {
        return labels(2);
    }

    /// The same with another default.
    int labels(int otherwise) {
        OptionalInt number = wholeIfGiven("num_labels");
        return object("id2label")
                .map(names -> {
                    names.tree.propertyNames().forEach(names.read::add);
                    return names.tree.size();
                })
                .orElse(number.orElse(otherwise));
    }

    /// What a classifying head is asked: `problem_type`, or else numbers where there is one label and one of
    /// several classes where there are more. Hugging Face's class looks at the labels instead when nothing is
    /// said, and takes fractions for a class each.
    public Problem problem(int labels) {
        return choice("problem_type", labels == 1 ? "regression" : "single_label_classification", PROBLEMS);
    }

    /// The keys that [#labels] and [#problem] read.
    static void labels(Map<String, Object> values, int labels, Problem problem) {
        labels(values, labels);
        PROBLEMS.forEach((name, same) -> {
            if (same == problem) {
                values.put("problem_type", name);
            }
        });
    }

    /// The keys that [#labels] reads.
    static void labels(Map<String, Object> values, int labels) {
        Map<String, String> names = new LinkedHashMap<>();
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int i = 0; i < labels; i++) {
            names.put(Integer.toString(i), "LABEL_" + i);
            ids.put("LABEL_" + i, i);
        }
        values.put("id2label", names);
        values.put("label2id", ids);
    }

    /// The key all families are told apart by.
    public String modelType() {
        require("model_type");
        return text("model_type").orElseThrow();
    }

    // ---- refusing ----

    /// Says that keys do not change the numbers of this class.
    public Config inert(String... keys) {
        read.addAll(Arrays.asList(keys));
        return this;
    }

    /// Accepts only one value of a key, that of the maths Attend has; absent is fine.
    public Config only(String key, Object value, String because) {
        JsonNode wanted = JSON.valueToTree(value);
        ask(key).ifPresent(given -> {
            boolean same = given.isNumber() && wanted.isNumber()
                    ? given.doubleValue() == wanted.doubleValue()
                    : given.equals(wanted);
            if (!same) {
                throw refuse(key, wanted + ": " + because);
            }
        });
        return this;
    }

    /// The error for a value that is not understood.
    ///
    /// @param known what is understood
    public CheckpointException refuse(String key, String known) {
        return new CheckpointException(
                file, path + key + " is " + excerpt(tree.get(key)) + ", which Attend does not know; known: " + known);
    }

    private static String excerpt(JsonNode value) {
        String text = String.valueOf(value);
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    /// Refuses keys that nobody asked for: they may change the numbers.
    public void checkComplete() {
        if (!read.contains("add_cross_attention")) {
            only("add_cross_attention", false, "a decoder that attends to another model is not read");
        }
        only("tie_encoder_decoder", false, "an encoder and a decoder with the same weights are not read");
        only("pruned_heads", Map.of(), "heads that were cut out are not read");
        if (has("quantization_config")) {
            throw refuse("quantization_config", "weights that are not quantised");
        }
        List<String> unread = unread().toList();
        if (!unread.isEmpty()) {
            throw new CheckpointException(
                    file,
                    "has keys that Attend does not know for " + modelType() + ", and they may change its numbers: "
                            + String.join(", ", unread.subList(0, Math.min(20, unread.size()))) + "; remove a key if it"
                            + " does not");
        }
    }

    private Stream<String> unread() {
        return Stream.concat(
                tree.propertyNames().stream()
                        .filter(key -> !read.contains(key) && !(path.isEmpty() && INERT.contains(key)))
                        .map(key -> path + key + " = " + excerpt(tree.get(key))),
                inside.values().stream().flatMap(Config::unread));
    }
}
