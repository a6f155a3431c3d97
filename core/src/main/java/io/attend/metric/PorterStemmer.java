package io.attend.metric;

import java.util.Map;
import java.util.Set;

/// Porter's rules that cut English words to their stems (Porter 1980, An algorithm for suffix stripping), with
/// the extensions that rouge-score's stemmer has: irregular words, `ies` and `ied` of short words, `y` after a
/// consonant only, `alli`, `fulli`, `bli` and `logi`.
final class PorterStemmer {
    private static final Map<String, String> IRREGULAR = Map.ofEntries(
            Map.entry("skies", "sky"),
            Map.entry("sky", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("news", "news"),
            Map.entry("innings", "inning"),
            Map.entry("inning", "inning"),
            Map.entry("outings", "outing"),
            Map.entry("outing", "outing"),
            Map.entry("cannings", "canning"),
            Map.entry("canning", "canning"),
            Map.entry("howe", "howe"),
            Map.entry("proceed", "proceed"),
            Map.entry("exceed", "exceed"),
            Map.entry("succeed", "succeed"));

    /// Endings and what becomes of them where something with a vowel and a consonant stands before; the first
    /// that fits decides.
    private static final String[][] SECOND = {
        {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"}, {"bli", "ble"},
        {"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"}, {"ization", "ize"}, {"ation", "ate"},
        {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},
        {"iviti", "ive"}, {"biliti", "ble"}, {"fulli", "ful"},
    };

    private static final String[][] THIRD = {
        {"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""},
    };

    private static final String[] FOURTH = {
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
        "iti", "ous", "ive", "ize",
    };

    private static final Set<Character> KEPT_DOUBLE = Set.of('l', 's', 'z');

    private PorterStemmer() {}

    /// The stem of a word in lower case.
    static String stem(String word) {
        String irregular = IRREGULAR.get(word);
        if (irregular != null || word.length() <= 2) {
            return irregular == null ? word : irregular;
        }
        return tidied(fourth(replaced(second(withI(past(plural(word)))), THIRD)));
    }

    private static String plural(String word) {
        if (word.endsWith("ies")) {
            return cut(word, word.length() == 4 ? 1 : 2);
        }
        return word.endsWith("sses") ? cut(word, 2) : word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
    }

    private static String past(String word) {
        if (word.endsWith("ied")) {
            return cut(word, word.length() == 4 ? 1 : 2);
        } else if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        String stem = word.endsWith("ed") ? cut(word, 2) : word;
        if (stem.equals(word) || !hasVowel(stem)) {
            stem = word.endsWith("ing") ? cut(word, 3) : word;
        }
        if (stem.equals(word) || !hasVowel(stem)) {
            return word;
        }
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        } else if (endsDouble(stem)) {
            return KEPT_DOUBLE.contains(stem.charAt(stem.length() - 1)) ? stem : cut(stem, 1);
        }
        return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
    }

    private static String withI(String word) {
        String stem = cut(word, 1);
        return word.endsWith("y") && stem.length() > 1 && isConsonant(stem, stem.length() - 1) ? stem + "i" : word;
    }

    private static String second(String word) {
        if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
            return second(cut(word, 2));
        }
        if (word.endsWith("logi")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        return replaced(word, SECOND);
    }

    private static String replaced(String word, String[][] rules) {
        for (String[] rule : rules) {
            if (word.endsWith(rule[0])) {
                String stem = cut(word, rule[0].length());
                return measure(stem) > 0 ? stem + rule[1] : word;
            }
        }
        return word;
    }

    private static String fourth(String word) {
        for (String suffix : FOURTH) {
            if (word.endsWith(suffix)) {
                String stem = cut(word, suffix.length());
                boolean fits = !suffix.equals("ion") || stem.endsWith("s") || stem.endsWith("t");
                return measure(stem) > 1 && fits ? stem : word;
            }
        }
        return word;
    }

    private static String tidied(String word) {
        String stem = cut(word, 1);
        boolean mute = word.endsWith("e") && (measure(stem) > 1 || (measure(stem) == 1 && !endsShort(stem)));
        String left = mute ? stem : word;
        return left.endsWith("ll") && measure(cut(left, 1)) > 1 ? cut(left, 1) : left;
    }

    private static String cut(String word, int letters) {
        return word.substring(0, word.length() - letters);
    }

    private static boolean isConsonant(String word, int at) {
        char letter = word.charAt(at);
        if (letter == 'y') {
            return at == 0 || !isConsonant(word, at - 1);
        }
        return "aeiou".indexOf(letter) < 0;
    }

    private static boolean hasVowel(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!isConsonant(word, i)) {
                return true;
            }
        }
        return false;
    }

    /// How often a consonant follows a vowel.
    private static int measure(String word) {
        int count = 0;
        for (int i = 1; i < word.length(); i++) {
            if (isConsonant(word, i) && !isConsonant(word, i - 1)) {
                count++;
            }
        }
        return count;
    }

    private static boolean endsDouble(String word) {
        int last = word.length() - 1;
        return last > 0 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
    }

    /// Consonant, vowel, consonant other than w, x and y; or a word of just a vowel and a consonant.
    private static boolean endsShort(String word) {
        int last = word.length() - 1;
        if (last == 1) {
            return !isConsonant(word, 0) && isConsonant(word, 1);
        }
        return last > 1
                && isConsonant(word, last - 2)
                && !isConsonant(word, last - 1)
                && isConsonant(word, last)
                && "wxy".indexOf(word.charAt(last)) < 0;
    }
}
