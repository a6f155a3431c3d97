package io.attend.metric;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How BLEU splits text into the words it counts, under the names of sacreBLEU.
public enum BleuTokens {
    /// At white space: for text that is split already, as `multi-bleu.perl` takes it.
    NONE("none") {
        @Override
        List<String> split(String text) {
            return Words.of(text);
        }
    },
    /// As WMT's script mteval-v13a does: punctuation of ASCII apart, but not inside numbers.
    WMT("13a") {
        @Override
        List<String> split(String text) {
            String line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
            if (line.contains("&")) {
                line = line.replace("&quot;", "\"")
                        .replace("&amp;", "&")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">");
            }
            return western(" " + line + " ");
        }
    },
    /// As mteval-v14 does with --international-tokenization: punctuation and symbols of all scripts apart.
    INTERNATIONAL("intl") {
        @Override
        List<String> split(String text) {
            String line = AFTER_NON_NUMBER.matcher(text).replaceAll("$1 $2 ");
            line = BEFORE_NON_NUMBER.matcher(line).replaceAll(" $1 $2");
            return Words.of(SYMBOL.matcher(line).replaceAll(" $1 "));
        }
    },
    /// Every character a word of its own.
    CHARACTERS("char") {
        @Override
        List<String> split(String text) {
            return Words.characters(text).stream()
                    .filter(character -> !Words.isSpace(character.charAt(0)))
                    .toList();
        }
    },
    /// Chinese characters words of their own, the rest as [#WMT].
    CHINESE("zh") {
        @Override
        List<String> split(String text) {
            return western(HAN.matcher(String.join(" ", Words.of(text))).replaceAll(" $0 "));
        }
    };

    private static final Pattern PUNCTUATION = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern AFTER_NON_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern BEFORE_NON_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH = Pattern.compile("([0-9])(-)");
    private static final Pattern AFTER_NON_NUMBER = Pattern.compile("(\\P{N})(\\p{P})");
    private static final Pattern BEFORE_NON_NUMBER = Pattern.compile("(\\p{P})(\\P{N})");
    private static final Pattern SYMBOL = Pattern.compile("(\\p{S})");
    /// sacreBLEU's ranges as they act: the first, general punctuation to mathematical operators, is there
    /// because extension B beyond 16 bits was meant.
    private static final Pattern HAN =
            Pattern.compile("[\u2001-\u2a6d\u3400-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9"
                    + "\uff00-\uffef\u2e80-\u2eff\u3000-\u303f\u31c0-\u31ef\u2f00-\u2fdf\u2ff0-\u2fff\u3100-\u312f\u31a0-\u31bf"
                    + "\ufe10-\ufe1f\ufe30-\ufe4f\u3200-\u33ff]");

    private final String sign;

    BleuTokens(String sign) {
        this.sign = sign;
    }

    /// The one that sacreBLEU calls so: none, 13a, intl, char or zh.
    ///
    /// @throws IllegalArgumentException if there is none
    public static BleuTokens named(String name) {
        return Arrays.stream(values())
                .filter(tokens -> tokens.sign.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + name + "\" is no way to find words; there are "
                        + Arrays.stream(values()).map(BleuTokens::sign).collect(Collectors.joining(", "))));
    }

    abstract List<String> split(String text);

    /// What stands for it in a signature.
    String sign() {
        return sign;
    }

    private static List<String> western(String text) {
        String line = PUNCTUATION.matcher(text).replaceAll(" $1 ");
        line = AFTER_NON_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = BEFORE_NON_DIGIT.matcher(line).replaceAll(" $1 $2");
        return Words.of(DASH.matcher(line).replaceAll("$1 $2 "));
    }
}
