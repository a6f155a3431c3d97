package io.attend.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Architecture;
import io.attend.model.SmallModels;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/// Damaged architecture files give a value or one clear line, never anything else and never late.
class ValuesFuzzTest {
    private static final int MUTATIONS = 20_000;
    private static final List<String> SPLINTERS = List.of(
            "0",
            "-1",
            "1",
            "7",
            "2147483647",
            "2147483648",
            "-2147483648",
            "9223372036854775808",
            "1e400",
            "-1e400",
            "1e-400",
            "0.5",
            "1.0",
            "NaN",
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"type\"",
            "\"Causal\"",
            "\"TiedHead\"",
            "\"LayerNorm\"",
            "\"SharedTable\"",
            "{\"type\":\"Causal\"}",
            "\"\\u0000\\n\"",
            "\"\\ud800\"",
            ",",
            ":",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\\",
            "1".repeat(400),
            "1".repeat(1200),
            "\"x\":1,",
            "//",
            "\u0000",
            "\ufeff",
            "\ud83d\ude00");

    @Test
    void aDamagedFileIsAValueOrARefusal() {
        List<String> whole =
                SmallModels.all().map(example -> example.value().toJson()).toList();
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            SplittableRandom random = new SplittableRandom(20_170_612);
            int accepted = 0;
            for (int i = 0; i < MUTATIONS; i++) {
                String json = whole.get(random.nextInt(whole.size()));
                int wounds = 1 + random.nextInt(3);
                for (int wound = 0; wound < wounds; wound++) {
                    json = damaged(json, random);
                }
                accepted += judge(json) ? 1 : 0;
            }
            assertThat(accepted).as("mutations that are still architectures").isBetween(200, MUTATIONS / 2);
        });
    }

    private static String damaged(String json, SplittableRandom random) {
        int at = random.nextInt(json.length() + 1);
        int to = Math.min(json.length(), at + 1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 6));
        String splinter = SPLINTERS.get(random.nextInt(SPLINTERS.size()));
        return switch (random.nextInt(6)) {
            case 0 -> json.substring(0, at) + json.substring(to);
            case 1 -> json.substring(0, at) + splinter + json.substring(at);
            case 2 -> json.substring(0, at) + json.substring(at, to).repeat(2) + json.substring(to);
            case 3 -> json.substring(0, at);
            case 4 -> value(json, at, splinter);
            default -> value(json, at, Integer.toString(random.nextInt(-3, 100)));
        };
    }

    /// Puts a splinter in place of the value that follows the next colon.
    private static String value(String json, int from, String splinter) {
        int start = json.indexOf(" : ", from);
        if (start < 0) {
            return json + splinter;
        }
        int end = start + 3;
        while (end < json.length() && ",\n".indexOf(json.charAt(end)) < 0) {
            end++;
        }
        return json.substring(0, start + 3) + splinter + json.substring(end);
    }

    private static boolean judge(String json) {
        try {
            Architecture read = Architecture.parse(json);
            assertThat(Architecture.parse(read.toJson())).as(json).isEqualTo(read);
            return true;
        } catch (ValueException e) {
            assertThat(e.getMessage()).as(json).startsWith("$").hasSizeLessThan(1000);
            assertThat(e.getMessage().chars().allMatch(c -> c >= ' '))
                    .as("one line: %s", e.getMessage())
                    .isTrue();
            if (e.getCause() != null) {
                assertThat(e.getCause()).as(json).isInstanceOf(IllegalArgumentException.class);
            }
            return false;
        } catch (Throwable e) {
            throw new AssertionError("not a refusal but " + e + " for\n" + json, e);
        }
    }
}
