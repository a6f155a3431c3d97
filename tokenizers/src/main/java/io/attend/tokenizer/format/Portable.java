package io.attend.tokenizer.format;

import io.attend.tokenizer.AddedToken;
import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.decoder.ByteFallback;
import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.decoder.Fuse;
import io.attend.tokenizer.decoder.Strip;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Model;
import io.attend.tokenizer.model.Unigram;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.normalizer.Precompiled;
import io.attend.tokenizer.normalizer.Prepend;
import io.attend.tokenizer.normalizer.Replace;
import io.attend.tokenizer.normalizer.SentencePiece;
import io.attend.tokenizer.normalizer.Sequence;
import io.attend.tokenizer.text.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A pipeline in parts that Hugging Face's library has: what SentencePiece does in one step as the steps that
/// library knows. That library gives the same ids, except that it looks whole graphemes up in a character map,
/// and leaves unknown pieces out in decoding, where SentencePiece writes ` ⁇ `. Steps of just this form are
/// read back as the one they were written from, so that nothing is lost between us.
final class Portable {
    private static final String SPACE = "▁";
    /// Takes out spaces before all, behind all, and before another.
    private static final Normalizer EXTRA = new Replace(new Pattern.Regex("\\A +| +\\z| +(?= )"), "");
    private static final Normalizer EXTRA_ESCAPED = new Replace(new Pattern.Regex("\\A +|[ ▁]+\\z| +(?= )"), "");

    private Portable() {}

    static Pipeline of(Pipeline pipeline) {
        Pipeline portable = pipeline;
        if (pipeline.normalizer().orElse(null) instanceof SentencePiece rule) {
            portable = portable.with(new Sequence(steps(rule)));
        }
        if (pipeline.decoder().orElse(null) instanceof io.attend.tokenizer.decoder.SentencePiece rule) {
            portable = portable.with(decoder(rule, pipeline.model())).with(special(pipeline, rule.unkPiece(), true));
        }
        return portable;
    }

    /// The pipeline that [#of] made this one from, if it is one of those with a rule for extra spaces.
    static Pipeline back(Pipeline pipeline) {
        if (!(pipeline.normalizer().orElse(null) instanceof Sequence(List<Normalizer> steps))) {
            return pipeline;
        }
        boolean escape = steps.contains(EXTRA_ESCAPED);
        if (!escape && !steps.contains(EXTRA)) {
            return pipeline;
        }
        String map = steps.getFirst() instanceof Precompiled(String known) ? known : "";
        boolean prefix = steps.stream().anyMatch(Prepend.class::isInstance);
        SentencePiece rule = new SentencePiece(map, prefix, true, escape);
        String unknown = pipeline.model().unknown().isPresent()
                ? pipeline.model().vocabulary().token(pipeline.model().unknown().getAsInt())
                : "<unk>";
        var decoder = new io.attend.tokenizer.decoder.SentencePiece(unknown, " ⁇ ", prefix, true);
        if (!steps.equals(steps(rule)) || !pipeline.decoder().equals(Optional.of(decoder(decoder, pipeline.model())))) {
            return pipeline;
        }
        return pipeline.with(rule).with(decoder).with(special(pipeline, unknown, false));
    }

    private static List<AddedToken> special(Pipeline pipeline, String content, boolean special) {
        return pipeline.addedTokens().stream()
                .map(token -> token.content().equals(content)
                        ? new AddedToken(token.id(), content, false, false, false, false, special)
                        : token)
                .toList();
    }

    private static List<Normalizer> steps(SentencePiece rule) {
        List<Normalizer> steps = new ArrayList<>();
        if (!rule.precompiledCharsmap().isEmpty()) {
            steps.add(new Precompiled(rule.precompiledCharsmap()));
        }
        if (rule.removeExtraWhitespaces()) {
            steps.add(rule.escapeWhitespaces() ? EXTRA_ESCAPED : EXTRA);
        }
        if (rule.addDummyPrefix()) {
            steps.add(new Prepend(rule.escapeWhitespaces() ? SPACE : " "));
        }
        if (rule.escapeWhitespaces()) {
            steps.add(new Replace(new Pattern.Literal(" "), SPACE));
        }
        return steps;
    }

    private static Decoder decoder(io.attend.tokenizer.decoder.SentencePiece rule, Model model) {
        boolean bytes = model instanceof Bpe bpe && bpe.byteFallback()
                || model instanceof Unigram unigram && unigram.byteFallback();
        List<Decoder> steps = new ArrayList<>();
        steps.add(new io.attend.tokenizer.decoder.Replace(new Pattern.Literal(SPACE), " "));
        if (bytes) {
            steps.add(new ByteFallback());
        }
        steps.add(new Fuse());
        if (rule.addDummyPrefix()) {
            steps.add(new Strip(" ", 1, 0));
        }
        return new io.attend.tokenizer.decoder.Sequence(steps);
    }
}
