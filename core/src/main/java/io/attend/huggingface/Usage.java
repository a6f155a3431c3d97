package io.attend.huggingface;

import io.attend.embedding.Tokens;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.router.RouterLoss;
import io.attend.router.Routing;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What Hugging Face's classes do with tokens around the network: no weight shows it and no architecture says
/// it.
///
/// @param labels how labels become the answers the head is asked for
/// @param positions how tokens are numbered behind padding
/// @param target what a decoder reads where it is not told
/// @param pad the padding token
/// @param start the token a decoder begins with
/// @param depth how many blocks of a stack make one of Hugging Face's layers, behind which it shows its hidden
///     states
/// @param auxiliary what is added to the loss for the routers' sake
/// @param extras what a class does that no other does
public record Usage(
        Labels labels,
        Positions positions,
        Target target,
        OptionalInt pad,
        OptionalInt start,
        int depth,
        List<Auxiliary> auxiliary,
        Extras extras) {
    /// Every position is asked for its own label, columns are counted, nothing is known of padding.
    public static final Usage PLAIN = new Usage(
            Labels.AS_GIVEN,
            Positions.COLUMNS,
            Target.SHIFTED,
            OptionalInt.empty(),
            OptionalInt.empty(),
            1,
            List.of(),
            Extras.NONE);

    public Usage {
        auxiliary = List.copyOf(auxiliary);
    }

    /// How labels become answers.
    public enum Labels {
        AS_GIVEN,
        /// Each position is asked for the label of the next, and the last for none.
        NEXT
    }

    /// How tokens are numbered in a forward pass. Generation behind padding on the left counts real tokens
    /// unless it is said otherwise.
    public enum Positions {
        /// All columns from 0, padding included.
        COLUMNS,
        /// The same, and in generation too: the decoders of BART and its descendants.
        ALL_COLUMNS,
        /// Real tokens from 0, so that padding on the left does not count: OPT, BLOOM.
        COUNTED,
        /// All columns from 0, in the second half of a batch downwards: XLNet's `bi_data`, where that half is
        /// the first read backwards.
        HALF_BACKWARDS,
        /// Tokens other than the padding token from 0, by what they are and not by the mask: RoBERTa.
        NOT_PADDING
    }

    /// What a decoder reads where only its labels, or only the source, are given.
    public enum Target {
        /// The start token, then all but the last.
        SHIFTED,
        /// The last real token, then all before it: mBART.
        ROTATED
    }

    /// A part of the loss for the routers' sake.
    ///
    /// @param name Hugging Face's, such as `encoder_aux_loss`
    /// @param stack whose routers it is about
    public record Auxiliary(String name, String stack, RouterLoss loss, double factor) {
        /// It alone, not yet multiplied; absent if no router of the stack was in the pass.
        public Optional<Tensor> of(List<Routing> routings) {
            List<Routing> own = routings.stream()
                    .filter(routing -> routing.stack().equals(stack))
                    .toList();
            return own.isEmpty() ? Optional.empty() : Optional.of(loss.of(own));
        }
    }

    public Usage labels(Labels how) {
        return new Usage(how, positions, target, pad, start, depth, auxiliary, extras);
    }

    public Usage positions(Positions how) {
        return new Usage(labels, how, target, pad, start, depth, auxiliary, extras);
    }

    public Usage target(Target how) {
        return new Usage(labels, positions, how, pad, start, depth, auxiliary, extras);
    }

    public Usage depth(int blocks) {
        return new Usage(labels, positions, target, pad, start, blocks, auxiliary, extras);
    }

    public Usage extras(Extras own) {
        return new Usage(labels, positions, target, pad, start, depth, auxiliary, own);
    }

    /// With something more in the loss.
    public Usage auxiliary(Auxiliary more) {
        List<Auxiliary> all = new ArrayList<>(auxiliary);
        all.add(more);
        return new Usage(labels, positions, target, pad, start, depth, all, extras);
    }

    public Usage pad(int token) {
        return new Usage(labels, positions, target, OptionalInt.of(token), start, depth, auxiliary, extras);
    }

    /// With the tokens that the configuration names.
    public Usage tokens(Config config) {
        return new Usage(
                labels,
                positions,
                target,
                config.wholeIfGiven("pad_token_id"),
                config.wholeIfGiven("decoder_start_token_id"),
                depth,
                auxiliary,
                extras);
    }

    /// The same with what the class takes where the configuration names none.
    public Usage tokens(Config config, int padding, OptionalInt first) {
        OptionalInt known = OptionalInt.of(config.whole("pad_token_id", padding));
        return new Usage(labels, positions, target, known, first, depth, auxiliary, extras);
    }

    /// The tokens of a forward pass as the model wants them.
    ///
    /// @param ids [B, T]
    /// @param keep [B, T], false at padding
    public Tokens tokens(Tensor ids, Optional<Tensor> keep, Optional<Tensor> segments) {
        return new Tokens(ids, keep, segments, numbered(ids, keep, positions));
    }

    /// Prompts to be gone on with, which may have padding on the left.
    public Tokens prompt(Tensor ids, Optional<Tensor> keep) {
        Positions how = positions == Positions.COLUMNS ? Positions.COUNTED : positions;
        return new Tokens(ids, keep, Optional.empty(), numbered(ids, keep, how));
    }

    private Optional<Tensor> numbered(Tensor ids, Optional<Tensor> keep, Positions how) {
        return switch (how) {
            case COLUMNS -> Optional.empty();
            case ALL_COLUMNS -> keep.map(real -> counted(Tensor.ones(real.shape(), DType.INT64)));
            case COUNTED -> keep.map(Usage::counted);
            case HALF_BACKWARDS -> Optional.of(halfBackwards(ids));
            case NOT_PADDING -> {
                Tensor words = ids.ne(padding()).to(DType.INT64);
                yield Optional.of(words.cumsum(1).mul(words).sub(1)); // [B, T], the row before the first at padding
            }
        };
    }

    private static Tensor counted(Tensor keep) {
        return keep.to(DType.INT64).cumsum(1).sub(1).clampMin(0); // [B, T]
    }

    private static Tensor halfBackwards(Tensor ids) {
        long batch = ids.size(0);
        if (batch % 2 != 0) {
            throw new IllegalArgumentException("bi_data reads the second half of a batch backwards, and " + batch
                    + " texts have no half; give an even number of them");
        }
        Tensor columns = Tensor.arange(0, ids.size(1)).unsqueeze(0).expand(batch / 2, ids.size(1));
        return Tensor.cat(0, columns, columns.neg()); // [B, T]
    }

    private int padding() {
        return pad.orElseThrow(() -> new IllegalArgumentException("the configuration names no pad_token_id"));
    }

    /// What the head is asked, from labels.
    public Tensor answers(Tensor given) {
        if (labels == Labels.AS_GIVEN) {
            return given;
        }
        long length = given.size(1);
        Tensor none = Tensor.full(given.narrow(1, 0, 1).shape(), Head.IGNORED, DType.INT64);
        return Tensor.cat(1, given.narrow(1, 1, length - 1), none); // [B, T]
    }

    /// What a decoder reads, from labels or from the tokens of the source.
    public Tensor target(Tensor given) {
        Tensor words = given.maskedFill(given.eq(Head.IGNORED), target == Target.ROTATED ? padding() : pad.orElse(0));
        Tensor first = switch (target) {
            case SHIFTED ->
                Tensor.full(
                        words.narrow(1, 0, 1).shape(),
                        start.orElseThrow(() ->
                                new IllegalArgumentException("the configuration names no decoder_start_token_id")),
                        DType.INT64);
            case ROTATED ->
                words.gather(
                        1,
                        words.ne(padding())
                                .to(DType.INT64)
                                .sum(1, Tensor.Axis.KEPT)
                                .sub(1));
        };
        return Tensor.cat(1, first, words.narrow(1, 0, words.size(1) - 1)); // [B, T]
    }

    /// The loss of a pass as the class counts it.
    ///
    /// @param loss the head's
    /// @param context that of the pass, in which routers reported
    public Tensor loss(Tensor loss, Context context) {
        List<Routing> routings = context.reports(Routing.class);
        Tensor whole = loss;
        for (Auxiliary more : auxiliary) {
            Optional<Tensor> part = more.of(routings);
            whole = part.isPresent() ? whole.add(part.get().mul(more.factor)) : whole;
        }
        return whole;
    }

    /// What few classes do.
    ///
    /// @param maps what is shown as attention
    /// @param smoothing the share of certainty that the class's own loss spreads over all words
    /// @param remembered how many of the last hidden states are given back for the next text, empty for all;
    ///     absent where none are
    /// @param reused of how many of the first positions, all if empty
    /// @param layers what is shown as hidden states
    /// @param bands where bands of words end, by which a class sorts the losses of the words it was asked for; none
    ///     where it gives none
    /// @param layout of the maps of sparse attention, where they are not all pairs
    /// @param drawn what choices are called that layers draw by chance, ours and theirs
    public record Extras(
            Maps maps,
            double smoothing,
            Optional<OptionalInt> remembered,
            OptionalInt reused,
            Layers layers,
            List<Integer> bands,
            Optional<MapLayout> layout,
            Map<String, String> drawn) {
        public static final Extras NONE = new Extras(
                Maps.WEIGHTS,
                0,
                Optional.empty(),
                OptionalInt.empty(),
                Layers.EMBEDDED,
                List.of(),
                Optional.empty(),
                Map.of());

        public Extras {
            bands = List.copyOf(bands);
            drawn = Map.copyOf(drawn);
        }

        Extras maps(Maps shown) {
            return new Extras(shown, smoothing, remembered, reused, layers, bands, layout, drawn);
        }

        Extras smoothing(double share) {
            return new Extras(maps, share, remembered, reused, layers, bands, layout, drawn);
        }

        Extras remembering(Optional<OptionalInt> states, OptionalInt positions) {
            return new Extras(maps, smoothing, states, positions, layers, bands, layout, drawn);
        }

        Extras layers(Layers shown) {
            return new Extras(maps, smoothing, remembered, reused, shown, bands, layout, drawn);
        }

        /// With losses of words in the order of bands.
        Extras bands(List<Integer> ends) {
            return new Extras(maps, smoothing, remembered, reused, layers, ends, layout, drawn);
        }

        Extras layout(MapLayout how) {
            return new Extras(maps, smoothing, remembered, reused, layers, bands, Optional.of(how), drawn);
        }

        /// With a choice of layers, `ours`, that Hugging Face calls `theirs`.
        Extras drawn(String ours, String theirs) {
            Map<String, String> all = new HashMap<>(drawn);
            all.put(ours, theirs);
            return new Extras(maps, smoothing, remembered, reused, layers, bands, layout, all);
        }
    }

    /// What a class shows as hidden states.
    ///
    /// @param embedded whether the first is what enters the first layer, and the last layer's is shown only behind
    ///     the last norm; otherwise every layer's is, and then that behind the norm
    /// @param halving behind every so many layers the stream is shown halved, as RWKV has it so that halves do not
    ///     overflow: all that is added behind is halved too, so that no norm sees it; 0 for never
    public record Layers(boolean embedded, int halving) {
        public static final Layers EMBEDDED = new Layers(true, 0);
    }

    /// What a class shows as the attention of an encoder and to it; a decoder's own is always weights.
    public enum Maps {
        WEIGHTS,
        /// Scores before the softmax, the lowest float where a key is hidden.
        SCORES,
        /// What a recurrence in place of attention adds to the stream [B, T, E].
        BRANCHES
    }
}
