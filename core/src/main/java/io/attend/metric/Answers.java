package io.attend.metric;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/// How well questions are answered, as the evaluation script of SQuAD defines it (Rajpurkar et al. 2016, 2018):
/// answers are compared in lower case, without punctuation of ASCII and without the articles a, an and the; of
/// several right answers the best match counts. An empty text stands for no answer.
public final class Answers {
    private Answers() {}

    /// The share of answers that equal a right one.
    ///
    /// @throws IllegalArgumentException if there are not as many lists of right answers as answers, or none
    public static double exactMatch(List<String> answers, List<List<String>> right) {
        return mean(answers, right, (answer, one) -> normal(answer).equals(normal(one)) ? 1.0 : 0.0);
    }

    /// The mean F1 of the words shared with a right answer.
    ///
    /// @throws IllegalArgumentException if there are not as many lists of right answers as answers, or none
    public static double f1(List<String> answers, List<List<String>> right) {
        return mean(answers, right, Answers::f1);
    }

    private static double mean(
            List<String> answers, List<List<String>> right, BiFunction<String, String, Double> score) {
        Pairs.check(answers, right);
        double sum = 0;
        for (int i = 0; i < answers.size(); i++) {
            String answer = answers.get(i);
            int number = i + 1;
            sum += right.get(i).stream()
                    .mapToDouble(one -> score.apply(answer, one))
                    .max()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "question " + number + " has no right answer; give an empty text where there is none"));
        }
        return sum / answers.size();
    }

    private static double f1(String answer, String right) {
        List<String> words = Words.of(normal(answer));
        List<String> wanted = Words.of(normal(right));
        if (words.isEmpty() || wanted.isEmpty()) {
            return words.equals(wanted) ? 1 : 0;
        }
        Map<List<String>, Integer> counts = Words.runs(words, 1);
        return PrecisionRecall.of(Words.shared(counts, Words.runs(wanted, 1)), words.size(), wanted.size())
                .f1();
    }

    private static String normal(String text) {
        String bare = text.toLowerCase(Locale.ROOT).replaceAll("[!-/:-@\\[-`{-~]", "");
        return String.join(" ", Words.of(bare.replaceAll("(?U)\\b(a|an|the)\\b", " ")));
    }
}
