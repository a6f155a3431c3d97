package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the families of byte-level vocabularies cut a text into words: the expressions of their published
/// tokenizers, one after another, each within the pieces of the one before.
public record Words(List<String> expressions) {
    private static final String GPT2_REGEX = Scanner.GPT2_REGEX;
    private static final String DIGIT = "\\p{N}";
    /// Letters with case, as of the Unicode that DeepSeek's expression was made with.
    private static final String CASED =
            "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿ\\u0386\\u0388-\\u038A\\u038C\\u038E-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ"
                    + "Ⴀ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝ\\u1F5F-\\u1F7D\\u1F80-\\u1FB4\\u1FB6-\\u1FBC\\u1FBE"
                    + "\\u1FC2-\\u1FC4\\u1FC6-\\u1FCC\\u1FD0-\\u1FD3\\u1FD6-\\u1FDB\\u1FE0-\\u1FEC\\u1FF2-\\u1FF4\\u1FF6-\\u1FFC"
                    + "ℂℇℊ-ℓℕℙ-ℝℤ\\u2126ℨ\\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
                    + "\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}"
                    + "\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";

    public static final Words GPT2 = new Words(List.of(GPT2_REGEX));
    public static final Words LLAMA3 = new Words(List.of(Scanner.LLAMA3_REGEX));
    public static final Words QWEN2 = new Words(List.of(Scanner.QWEN2_REGEX));
    public static final Words O200K = new Words(List.of(Scanner.O200K_REGEX));
    private static final Words STARCODER = new Words(List.of(DIGIT, GPT2_REGEX));
    private static final Words FALCON = new Words(List.of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2_REGEX, "[0-9][0-9][0-9]"));
    private static final Words DEEPSEEK = new Words(
            List.of("[\r\n]", "\\s?[" + CASED + "]+", "\\s?[!-/:-~！-／：-～‘-‟　-。]+", "\\s+$", "[一-龥ࠀ-一가-퟿]+", "\\p{N}+"));
    private static final Words DEEPSEEK_CODER =
            new Words(List.of("[\r\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+", DIGIT));
    private static final Words DEEPSEEK3 = new Words(List.of(
            "\\p{N}{1,3}",
            "[一-龥぀-ゟ゠-ヿ]+",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                    + "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"));
    private static final Words BLOOM = new Words(List.of(" ?[^(\\s|.,!?…。，、।۔،)]+"));
    private static final Words TEKKEN =
            new Words(List.of("[^\\r\\n\\p{L}\\p{N}]?" + Scanner.UPPERS + "*" + Scanner.LOWERS
                    + "+|[^\\r\\n\\p{L}\\p{N}]?" + Scanner.UPPERS + "+" + Scanner.LOWERS
                    + "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"));

    /// By the names that GGUF files give them under `tokenizer.ggml.pre`.
    private static final Map<String, Words> NAMED = Map.ofEntries(
            Map.entry("default", GPT2),
            Map.entry("gpt-2", GPT2),
            Map.entry("gpt2", GPT2),
            Map.entry("mpt", GPT2),
            Map.entry("olmo", GPT2),
            Map.entry("jais", GPT2),
            Map.entry("phi-2", GPT2),
            Map.entry("roberta-bpe", GPT2),
            Map.entry("jina-v1-en", GPT2),
            Map.entry("jina-v2-es", GPT2),
            Map.entry("jina-v2-de", GPT2),
            Map.entry("jina-v2-code", GPT2),
            Map.entry("starcoder", STARCODER),
            Map.entry("refact", STARCODER),
            Map.entry("command-r", STARCODER),
            Map.entry("smollm", STARCODER),
            Map.entry("codeshell", STARCODER),
            Map.entry("exaone", STARCODER),
            Map.entry("minerva-7b", STARCODER),
            Map.entry("llama3", LLAMA3),
            Map.entry("llama-v3", LLAMA3),
            Map.entry("llama-bpe", LLAMA3),
            Map.entry("falcon3", LLAMA3),
            Map.entry("dbrx", LLAMA3),
            Map.entry("smaug-bpe", LLAMA3),
            Map.entry("glm4", LLAMA3),
            Map.entry("chatglm-bpe", LLAMA3),
            Map.entry("stablelm2", QWEN2),
            Map.entry("qwen2", QWEN2),
            Map.entry("deepseek-r1-qwen", QWEN2),
            Map.entry("hunyuan", QWEN2),
            Map.entry("gpt-4o", O200K),
            Map.entry("llama4", O200K),
            Map.entry("falcon", FALCON),
            Map.entry("deepseek-llm", DEEPSEEK),
            Map.entry("deepseek-coder", DEEPSEEK_CODER),
            Map.entry("deepseek-v3", DEEPSEEK3),
            Map.entry("hunyuan-dense", DEEPSEEK3),
            Map.entry("bloom", BLOOM),
            Map.entry("poro-chat", BLOOM),
            Map.entry("gpt3-finnish", BLOOM),
            Map.entry("viking", new Words(List.of(BLOOM.expressions.getFirst(), DIGIT))),
            Map.entry("tekken", TEKKEN));

    public Words {
        expressions = List.copyOf(expressions);
    }

    /// The words of a GGUF file's `tokenizer.ggml.pre`, if the name is known.
    public static Optional<Words> named(String name) {
        return Optional.ofNullable(NAMED.get(name));
    }

    /// All names that [#named] knows.
    public static List<String> names() {
        return NAMED.keySet().stream().sorted().toList();
    }

    /// Cuts into these words, then writes bytes as characters.
    public PreTokenizer preTokenizer(boolean addPrefixSpace) {
        if (equals(GPT2)) {
            return new ByteLevel(addPrefixSpace, true, true);
        }
        List<PreTokenizer> steps = new ArrayList<>();
        expressions.forEach(e -> steps.add(new Split(new Pattern.Regex(e), Behavior.ISOLATED, false)));
        steps.add(new ByteLevel(addPrefixSpace, true, false));
        return new Sequence(steps);
    }
}
