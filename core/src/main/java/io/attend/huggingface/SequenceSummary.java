package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Identity;
import io.attend.head.ColumnPooling;
import io.attend.head.FirstPooling;
import io.attend.head.Pooling;
import io.attend.head.SequenceHead;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How some classes make one vector of a text, `summary_type` and its kin, where a key of XLNet's or ELECTRA's
/// configuration says so.
///
/// @param type the default of `summary_type`
/// @param product that of `summary_use_proj`
/// @param activation that of `summary_activation`
/// @param dropout that of `summary_last_dropout`
record SequenceSummary(String type, boolean product, Optional<String> activation, double dropout) {
    /// Of a class whose configuration has no such keys.
    static final SequenceSummary NONE = new SequenceSummary("last", false, Optional.empty(), 0);

    private static final Map<String, Pooling> POOLINGS = new LinkedHashMap<>();

    static {
        POOLINGS.put("last", new ColumnPooling(ColumnPooling.Columns.LAST));
        POOLINGS.put("first", new FirstPooling());
        POOLINGS.put("mean", new ColumnPooling(ColumnPooling.Columns.MEAN));
        POOLINGS.put("cls_index", new ColumnPooling(ColumnPooling.Columns.LAST)); // where no index is given
    }

    /// The head with that summary in front of its classes.
    SequenceHead read(Config config, SequenceHead head) {
        config.only("summary_first_dropout", 0, "dropout before the summary's product is not read")
                .only("summary_proj_to_labels", false, "the classifier behind it would not fit");
        boolean multiplied = config.flag("summary_use_proj", product);
        Optional<String> name = config.names("summary_activation") ? config.text("summary_activation") : activation;
        Activation bent =
                name.isEmpty() ? new Identity() : config.choice("summary_activation", name.get(), Activations.KNOWN);
        if (!multiplied && !bent.equals(new Identity())) {
            throw config.refuse("summary_use_proj", "true, or false with a summary_activation of null");
        }
        SequenceHead pooled = head.pooling(config.choice("summary_type", type, POOLINGS))
                .dropout(config.number("summary_last_dropout", dropout));
        return multiplied ? pooled.dense(bent) : pooled;
    }

    /// Says that a class makes no summary.
    static void unread(Config config) {
        config.inert("summary_type", "summary_use_proj", "summary_activation", "summary_last_dropout")
                .inert("summary_first_dropout", "summary_proj_to_labels");
    }

    /// The keys that [#read] reads.
    static void write(Map<String, Object> values, SequenceHead head) {
        POOLINGS.forEach((name, pooling) -> {
            if (pooling.equals(head.pooling())) {
                values.putIfAbsent("summary_type", name);
            }
        });
        values.put("summary_use_proj", head.dense().isPresent());
        values.put("summary_activation", Activations.name(head.dense().orElse(new Identity())));
        values.put("summary_last_dropout", head.dropout());
    }
}
