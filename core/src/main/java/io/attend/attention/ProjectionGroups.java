package io.attend.attention;

import io.attend.value.Default;
import io.attend.value.Source;

/// In how many independent parts each of attention's four projections is computed: G groups cost a G-th of the
/// parameters and operations, and a part of the output sees only its part of the input.
///
/// Names: Hugging Face's `q_groups`, `k_groups`, `v_groups` and `post_attention_groups` of SqueezeBERT, which
/// calls the projections convolutions of kernel 1.
@Source(
        paper = "SqueezeBERT: What can computer vision teach NLP about efficient neural networks?",
        arxiv = "2006.11316")
public record ProjectionGroups(
        @Default("1") int query,
        @Default("1") int key,
        @Default("1") int value,
        @Default("1") int output) {
    /// Ordinary projections.
    public static final ProjectionGroups NONE = inputs(1);

    public ProjectionGroups {
        for (int groups : new int[] {query, key, value, output}) {
            if (groups < 1) {
                throw new IllegalArgumentException("a projection needs at least 1 group, not " + groups);
            }
        }
    }

    /// As many groups for query, key and value, none for the output.
    public static ProjectionGroups inputs(int groups) {
        return new ProjectionGroups(groups, groups, groups, 1);
    }

    public ProjectionGroups output(int groups) {
        return new ProjectionGroups(query, key, value, groups);
    }
}
