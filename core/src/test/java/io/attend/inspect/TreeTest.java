package io.attend.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Presets;
import io.attend.model.SmallModels;
import org.junit.jupiter.api.Test;

class TreeTest {
    /// Counts by hand: a product of I to O has I·O + O numbers, a norm 2·E; equal blocks are one.
    @Test
    void drawsEveryParameterOnce() {
        assertThat(Tree.of(SmallModels.GPT)).isEqualTo("""
                ├─ embedding                             920
                │  ├─ token         [31, 10]             310
                │  └─ position      [61, 10]             610
                └─ decoder                             1,546
                   ├─ 0-1                            2 × 763
                   │  ├─ attention                       460
                   │  │  ├─ query   [10, 10] + [10]      110
                   │  │  ├─ key     [10, 10] + [10]      110
                   │  │  ├─ value   [10, 10] + [10]      110
                   │  │  ├─ output  [10, 10] + [10]      110
                   │  │  └─ norm    [10] + [10]           20
                   │  └─ feed                            303
                   │     ├─ inner   [13, 10] + [13]      143
                   │     ├─ outer   [10, 13] + [10]      140
                   │     └─ norm    [10] + [10]           20
                   └─ norm          [10] + [10]           20
                """);
    }

    @Test
    void foldsTwelveBlocksIntoOneLine() {
        assertThat(Tree.of(Presets.gpt2()).lines().filter(line -> line.contains("0-11")))
                .singleElement()
                .asString()
                .endsWith("12 × 7,087,872");
    }
}
