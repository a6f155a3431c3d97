package io.attend.layer;

import io.attend.mask.Mask;
import io.attend.state.Cache;
import io.attend.state.GrowingCache;
import io.attend.state.KeyValueState;
import io.attend.state.State;
import io.attend.tensor.DType;
import io.attend.tensor.GradientHook;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Recompute;
import io.attend.tensor.Reversal;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Everything that changes from call to call: whether this is training, what was generated before, what is
/// padding, the memory to attend to, and who is watching. Belongs to one forward pass on one thread.
public final class Context {
    private Optional<Random> random = Optional.empty();
    private long step;
    private Optional<Map<Place, State>> states = Optional.empty();
    private Cache cache = GrowingCache.EXAMPLE;
    private long cached;
    private Optional<Tensor> keep = Optional.empty();
    private Optional<Tensor> positions = Optional.empty();
    private Optional<Tensor> segments = Optional.empty();
    private Optional<Tensor> words = Optional.empty();
    private Optional<Tensor> global = Optional.empty();
    private Optional<Draws> draws = Optional.empty();
    private Coarse coarse = Coarse.NOT;
    private Optional<Permutation> permutation = Optional.empty();
    private OptionalLong mainStream = OptionalLong.empty();
    private List<Object> reports = new ArrayList<>();
    private Optional<Memory> memory = Optional.empty();
    private Optional<Observer> observer = Optional.empty();
    private boolean recomputing;
    private Place place = new Place("model");
    private Map<Object, Tensor> memo = new HashMap<>();
    private boolean again;
    private final Lifetime home;

    private Context(Lifetime home) {
        this.home = home;
    }

    /// A forward pass that learns nothing: dropout is off.
    public static Context inference() {
        return new Context(Lifetime.current());
    }

    /// A forward pass of training: dropout draws from `random`.
    public static Context training(Random random) {
        Context context = inference();
        context.random = Optional.of(random);
        return context;
    }

    /// The same pass as the training step of that number, counted from 0: what learning leads up to may depend
    /// on how far it is.
    public Context step(long number) {
        Context context = copy();
        context.step = number;
        return context;
    }

    /// The same pass as a step of a generation that has seen `cached` tokens before.
    public Context remembering(Map<Place, State> states, long cached) {
        Context context = copy();
        context.states = Optional.of(states);
        context.cached = cached;
        return context;
    }

    /// The same pass with keys and values kept in another way.
    public Context caching(Cache how) {
        Context context = copy();
        context.cache = how;
        return context;
    }

    /// The same pass over sequences of which only the positions where `keep` [B, S] is true are real; S counts
    /// the cached positions too.
    public Context padded(Optional<Tensor> keep) {
        Context context = copy();
        context.keep = keep;
        context.memo = new HashMap<>(); // what is visible has changed
        return context;
    }

    /// The same pass over sequences whose tokens stand at the given positions [B, S] of int64 rather than at 0,
    /// 1, 2 and so on, as behind padding on the left; S counts the cached positions too.
    public Context positioned(Optional<Tensor> positions) {
        Context context = copy();
        context.positions = positions;
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass over tokens of several texts: segments [B, S] of int64; S counts the cached positions too.
    public Context segmented(Optional<Tensor> segments) {
        Context context = copy();
        context.segments = segments;
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass for positions that are out of their order and all real, as an expert gets them.
    public Context unpadded() {
        Context context = padded(Optional.empty());
        context.positions = Optional.empty();
        context.segments = Optional.empty();
        context.words = Optional.empty();
        context.global = Optional.empty();
        return context;
    }

    /// The same pass for a layer that has so many positions in front of its `length` new ones, whatever came
    /// before: fewer of the cached ones, the last, or more, which are then real and belong to the first text.
    public Context after(long before, long length) {
        if (before == cached) {
            return this;
        }
        Context context = copy();
        context.cached = before;
        long more = Math.max(0, before - cached);
        long kept = before - more + length;
        context.keep = keep.map(all -> extended(all, more, kept, first -> Tensor.ones(first.shape(), DType.BOOL)));
        context.segments =
                segments.map(all -> extended(all, more, kept, first -> Tensor.zeros(first.shape(), DType.INT64)));
        context.positions = positions.map(all -> extended(
                all,
                more,
                kept,
                first -> all.narrow(1, 0, 1).add(Tensor.arange(-more, 0).to(all.device()))));
        context.memo = new HashMap<>();
        return context;
    }

    /// The last columns of [B, S], and more in front of them.
    private static Tensor extended(Tensor all, long more, long kept, UnaryOperator<Tensor> fresh) {
        Tensor last = all.narrow(1, all.size(1) - kept, kept);
        if (more == 0) {
            return last;
        }
        Tensor like = Tensor.empty(Shape.of(all.size(0), more), all.dtype());
        return Tensor.cat(1, fresh.apply(like).to(all.device()), last);
    }

    /// The same pass over the given words [B, T] of int64, for what looks at the words themselves.
    public Context worded(Optional<Tensor> words) {
        Context context = copy();
        context.words = words;
        return context;
    }

    /// The same pass over tokens of which those where `tokens` [B, T] is true see all and are seen by all, for
    /// attention that asks which.
    public Context global(Optional<Tensor> tokens) {
        Context context = copy();
        context.global = tokens;
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass over a text that was pooled, with what of it is padding and to which text its positions
    /// belong, [B, T] each.
    public Context coarse(Coarse how, Optional<Tensor> keep, Optional<Tensor> segments) {
        Context context = copy();
        context.coarse = how;
        context.keep = keep;
        context.segments = segments;
        context.positions = Optional.empty();
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass with choices that layers would otherwise draw.
    public Context drawing(Draws choices) {
        Context context = copy();
        context.draws = Optional.of(choices);
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass over tokens in an order of their own, and behind them vectors that ask for some of them.
    public Context permuted(Permutation order) {
        Context context = copy();
        context.permutation = Optional.of(order);
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass with several streams behind one another along the length: the first, of so many new
    /// tokens, is what the others predict from.
    public Context streaming(long length) {
        Context context = copy();
        context.mainStream = OptionalLong.of(length);
        return context;
    }

    public Context attending(Memory memory) {
        Context context = copy();
        context.memory = Optional.of(memory);
        context.memo = new HashMap<>();
        return context;
    }

    /// The same pass with every block computed again in the backward pass, so that what happens inside a block
    /// need not be kept.
    public Context recomputing() {
        Context context = copy();
        context.recomputing = true;
        return context;
    }

    /// Whether blocks are to be computed again.
    public boolean isRecomputing() {
        return recomputing;
    }

    public Context observed(Observer observer) {
        Context context = copy();
        context.observer = Optional.of(observer);
        return context;
    }

    public Context at(Place place) {
        Context context = copy();
        context.place = place;
        return context;
    }

    /// The same pass once more, in the backward pass of parts that keep nothing: it draws the same, but nobody
    /// sees it and it leaves nothing behind. What it makes lives no longer than the innermost lifetime.
    private Context again() {
        Context context = copy(Lifetime.current());
        context.again = true;
        context.observer = Optional.empty();
        context.reports = new ArrayList<>();
        context.memo = new HashMap<>();
        return context;
    }

    /// A context is changed only between its copying and its handing out, above.
    private Context copy() {
        return copy(home);
    }

    private Context copy(Lifetime home) {
        Context context = new Context(home);
        context.again = again;
        context.random = random;
        context.step = step;
        context.states = states;
        context.cache = cache;
        context.cached = cached;
        context.keep = keep;
        context.positions = positions;
        context.segments = segments;
        context.words = words;
        context.global = global;
        context.draws = draws;
        context.coarse = coarse;
        context.permutation = permutation;
        context.mainStream = mainStream;
        context.reports = reports;
        context.memory = memory;
        context.observer = observer;
        context.recomputing = recomputing;
        context.place = place;
        context.memo = memo;
        return context;
    }

    /// Where this pass draws its chances from; absent outside training.
    public Optional<Random> random() {
        return random;
    }

    /// The number of the training step, counted from 0.
    public long step() {
        return step;
    }

    public boolean isTraining() {
        return random.isPresent();
    }

    /// Whether this part of a pass is computed a second time, for its gradients: what follows the batches of
    /// training has followed this one already.
    public boolean isAgain() {
        return again;
    }

    /// How many tokens came before the first one of this pass.
    public long cached() {
        return cached;
    }

    public Memory memory() {
        return memory.orElseThrow(() -> new IllegalStateException(place + ": there is no memory to attend to"));
    }

    public Place place() {
        return place;
    }

    /// Dropout while training, the identity otherwise.
    public Tensor dropout(Tensor x, double rate) {
        return random.isPresent() && rate > 0 ? random.get().dropout(x, rate) : x;
    }

    /// The state of this place, made on first use; nothing outside a generation.
    public <S extends State> Optional<S> state(Class<S> type, Supplier<S> fresh) {
        return states.map(all -> type.cast(all.computeIfAbsent(place, _ -> fresh.get())));
    }

    /// The keys and values this place remembers, kept as the session asked for; nothing outside a generation.
    public Optional<KeyValueState> keyValues() {
        if (cache.rolls() && states.isPresent()) {
            throw new IllegalArgumentException(place + ": only SoftmaxAttention can count positions inside a "
                    + cache.getClass().getSimpleName() + "; use a GrowingCache");
        }
        return state(KeyValueState.class, () -> new KeyValueState(cache));
    }

    /// The same for keys whose positions have not acted on them yet, where the session's cache forgets; nothing
    /// where it does not.
    public Optional<KeyValueState> rolling() {
        return cache.rolls() ? state(KeyValueState.class, () -> new KeyValueState(cache)) : Optional.empty();
    }

    /// The same pass as if only `remembered` tokens had come before it, so that positions count from there.
    ///
    /// @throws IllegalArgumentException if some were forgotten that are padding, or were said to stand
    ///     elsewhere
    public Context behind(long remembered) {
        boolean told = keep.isPresent() || positions.isPresent() || segments.isPresent();
        if (told && remembered < cached) {
            throw new IllegalArgumentException(place + ": of " + cached + " positions only " + remembered
                    + " are remembered, and texts with padding, positions or segments of their own cannot forget; use"
                    + " a longer window or a GrowingCache");
        }
        return counted(remembered);
    }

    /// The same pass with positions that count from `first` where they are not given.
    public Context counted(long first) {
        Context context = copy();
        context.cached = first;
        return context;
    }

    /// Whether attention weights must be computed for an observer.
    public boolean wantsAttention() {
        return observer.isPresent() && observer.get().wantsAttention();
    }

    /// Whether somebody is watching.
    public boolean isObserved() {
        return observer.isPresent();
    }

    /// Shows a tensor to the observer, if there is one.
    public void show(String what, Tensor tensor) {
        observer.ifPresent(watching -> watching.see(place, what, tensor));
    }

    /// A tensor made once in this pass however many layers ask for it.
    public Tensor once(Object key, Supplier<Tensor> make) {
        Tensor known = memo.get(key);
        if (known == null) {
            known = home.adopt(make.get());
            memo.put(key, known);
        }
        return known;
    }

    /// What a part makes of its inputs, part by part, without keeping how: see [Recompute]. A part may use
    /// dropout.
    public Tensor recomputed(Recompute.Part part, Recompute.Parts parts, List<Tensor> inputs) {
        return Recompute.of(part, parts, inputs, random, home);
    }

    /// A tensor whose gradient goes on as something else: see [GradientHook].
    public Tensor hooked(Tensor x, GradientHook.Change change) {
        return GradientHook.of(x, change, home);
    }

    /// What a function of this pass makes of x [B, T, E], computed again in the backward pass rather than kept.
    /// Nobody observes it.
    ///
    /// @throws IllegalArgumentException if it reports something, which a loss could not learn from
    public Tensor recomputed(Tensor x, BiFunction<Tensor, Context, Tensor> function) {
        List<Tensor> inputs = new ArrayList<>(List.of(x));
        memory.ifPresent(read -> inputs.add(read.values()));
        boolean[] made = {false};
        Recompute.Part all = (given, _, _) -> {
            Context inner = again(given.subList(1, given.size()));
            inner.again = made[0];
            inner.recomputing = false;
            made[0] = true;
            Tensor y = function.apply(given.getFirst(), inner);
            if (!inner.reports.isEmpty()) {
                throw new IllegalArgumentException(place + " reports a "
                        + inner.reports.getFirst().getClass().getSimpleName()
                        + " to the loss, which a block that is computed again cannot; set recompute=false");
            }
            return y;
        };
        return recomputed(all, new Recompute.Parts(0, x.size(0), x.size(0)), inputs);
    }

    /// What is added to one of two streams, computed from the other.
    @FunctionalInterface
    public interface Turn {
        Tensor of(Tensor read, Context context);
    }

    /// Both streams behind branches that take turns, without keeping how: see [Reversal].
    ///
    /// @param streams both, side by side along the last axis
    public Tensor reversed(List<Turn> turns, Tensor streams, Reversal.Watcher watcher) {
        List<Reversal.Branch> branches = turns.stream()
                .<Reversal.Branch>map(turn -> (read, given, second) -> turn.of(read, second ? again(given) : this))
                .toList();
        List<Tensor> given = memory.stream().map(Memory::values).toList();
        return Reversal.of(branches, streams, given, watcher, random, home);
    }

    private Context again(List<Tensor> given) {
        Context context = again();
        context.memory = memory.map(known -> new Memory(given.getFirst(), known.keep()));
        return context;
    }

    /// The positions of the tokens of this pass, int64: [T], or [B, T] where the rows of the batch differ.
    public Tensor positions(long length) {
        return positions.isPresent()
                ? positions.get().narrow(1, positions.get().size(1) - length, length)
                : once(new Positions(cached, length), () -> Tensor.arange(cached, cached + length));
    }

    /// Whether positions were given rather than counted.
    public boolean isPositioned() {
        return positions.isPresent();
    }

    /// The positions of all keys, cached ones included, int64: [S], or [B, S] where the rows of the batch
    /// differ.
    public Tensor keyPositions(long keys) {
        return positions.orElseGet(() -> once(new Positions(0, keys), () -> Tensor.arange(0, keys)));
    }

    /// Which positions, cached ones included, are real: [B, S] truth values; absent when nothing is padding.
    public Optional<Tensor> keep() {
        return keep;
    }

    /// Which of the positions of this pass are real, of `length` new ones: [B, T] truth values; absent when
    /// nothing is padding.
    public Optional<Tensor> real(long length) {
        return keep.map(all -> all.narrow(1, all.size(1) - length, length));
    }

    /// To which of several texts each position belongs, cached ones included: [B, S] int64; absent when there
    /// is one.
    public Optional<Tensor> segments() {
        return segments;
    }

    /// The words of this pass [B, T] int64; absent when its input is no words.
    public Optional<Tensor> words() {
        return words;
    }

    /// How the text of this pass was pooled.
    public Coarse coarse() {
        return coarse;
    }

    /// Which tokens see all and are seen by all: [B, T] truth values; absent when the input does not say.
    public Optional<Tensor> global() {
        return global;
    }

    /// What a layer at this place draws by chance, [Draws] permitting: the choice that was given, or else its
    /// own.
    public Tensor drawn(String what, Supplier<Tensor> own) {
        return draws.flatMap(given -> given.of(place, what)).orElseGet(own);
    }

    /// The order tokens are in where it is not that of their positions, and which of them are asked for.
    public Optional<Permutation> permutation() {
        return permutation;
    }

    /// How many of the rows [B, T, E] of this pass are its tokens' own, the first ones; the rest are streams
    /// that predict from them.
    public long mainStream(long rows) {
        return mainStream.orElse(rows);
    }

    /// Leaves something for whoever started the pass, such as how a router spread its tokens: what a loss needs
    /// beside the output.
    public void report(Object finding) {
        reports.add(finding);
    }

    /// Makes a tensor live as long as this pass, as one that is reported must.
    public Tensor lasting(Tensor tensor) {
        return home.adopt(tensor);
    }

    /// What was reported in this pass of the given type, in the order of the layers.
    public <R> List<R> reports(Class<R> type) {
        return reports.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /// What self-attention under `mask` may see: T queries of this pass, S keys in all.
    public Visible visible(Mask mask, long queries, long keys) {
        boolean byText = mask.looksAtTexts() && segments.isPresent();
        boolean byPlace = mask.looksAtPlaces() && positions.isPresent();
        Mask.Reach reach = byText || byPlace ? Mask.Reach.SOME : mask.reach(keys - queries, queries, keys);
        if (keep.isEmpty() && reach != Mask.Reach.SOME) {
            return new Visible(reach, Optional.empty());
        }
        Tensor allowed = once(new Allowed(mask, queries, keys), () -> {
            if (reach == Mask.Reach.ALL) {
                return keys(keep.orElseThrow(), keys);
            }
            Tensor from = byPlace ? positions(queries) : Tensor.arange(keys - queries, keys);
            Tensor to = byPlace ? keyPositions(keys) : Tensor.arange(0, keys);
            Tensor pairs = mask.allowed(
                    from.unsqueeze(-1),
                    to.unsqueeze(-2),
                    byText ? Optional.of(texts(queries, keys)) : Optional.empty());
            Tensor heads = pairs.rank() == 3 ? pairs.unsqueeze(1) : pairs; // [T, S] or [B, 1, T, S]
            return keep.isPresent() ? heads.logicalAnd(keys(keep.get(), keys)) : heads;
        });
        return new Visible(Mask.Reach.SOME, Optional.of(allowed));
    }

    private Mask.Texts texts(long queries, long keys) {
        Tensor all = segments.orElseThrow(); // [B, S]
        if (all.size(1) != keys) {
            throw new IllegalArgumentException(
                    "segments cover " + all.size(1) + " positions, but attention has " + keys + " keys");
        }
        return new Mask.Texts(all.narrow(1, keys - queries, queries).unsqueeze(-1), all.unsqueeze(-2));
    }

    /// What cross-attention may see: every position of the memory that is not padding.
    public Visible visibleMemory() {
        return memory().keep()
                .map(kept -> new Visible(Mask.Reach.SOME, Optional.of(once("memory", () -> keys(kept, kept.size(1))))))
                .orElse(new Visible(Mask.Reach.ALL, Optional.empty()));
    }

    private static Tensor keys(Tensor keep, long keys) {
        if (keep.size(1) != keys) {
            throw new IllegalArgumentException(
                    "the padding mask covers " + keep.size(1) + " positions, but attention has " + keys + " keys");
        }
        return keep.unsqueeze(1).unsqueeze(1); // [B, 1, 1, S]
    }

    /// What queries may see.
    ///
    /// @param reach whether a mask is needed at all
    /// @param allowed truth values that broadcast to [B, H, T, S], present when reach is SOME
    public record Visible(Mask.Reach reach, Optional<Tensor> allowed) {}

    private record Positions(long from, long length) {}

    private record Allowed(Mask mask, long queries, long keys) {}
}
