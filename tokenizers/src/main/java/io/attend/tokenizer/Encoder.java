package io.attend.tokenizer;

import io.attend.tokenizer.model.Segmenter;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.normalizer.Rewriter;
import io.attend.tokenizer.postprocessor.PostProcessor;
import io.attend.tokenizer.postprocessor.Trim;
import io.attend.tokenizer.pretokenizer.PreTokenizer;
import io.attend.tokenizer.pretokenizer.Splitter;
import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Text;
import io.attend.tokenizer.text.Tokens;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;

/// A pipeline at work, up to the post-processor: text to tokens. Shared tables, and scratch space lent to one
/// call at a time.
final class Encoder {
    /// A worker that had to grow beyond so many characters is not kept.
    private static final int LARGEST = 1 << 22;

    private final AddedTokens raw;
    private final AddedTokens normalized;
    private final Rewriter rewriter;
    private final boolean rewrites;
    private final Splitter splitter;
    private final boolean tracks;
    private final Supplier<Segmenter> segmenters;
    private final Trim trim;
    private final Function<Integer, String> tokenOf;
    private final Queue<Worker> idle = new ConcurrentLinkedQueue<>();

    Encoder(Pipeline pipeline, Function<Integer, String> tokenOf) {
        this(pipeline, tokenOf, pipeline.model().build());
    }

    /// An encoder that hands its pieces to other segmenters than those of the pipeline's model.
    Encoder(Pipeline pipeline, Function<Integer, String> tokenOf, Supplier<Segmenter> segmenters) {
        this.tokenOf = tokenOf;
        this.segmenters = segmenters;
        rewrites = pipeline.normalizer().isPresent();
        rewriter = pipeline.normalizer().map(Normalizer::build).orElse(text -> {});
        tracks = pipeline.preTokenizer().filter(PreTokenizer::needsPlaces).isPresent();
        splitter = pipeline.preTokenizer().map(PreTokenizer::build).orElse(text -> {});
        trim = pipeline.postProcessor().map(PostProcessor::trim).orElse(Trim.NONE);
        List<AddedToken> before = pipeline.addedTokens().stream()
                .filter(token -> !token.normalized())
                .toList();
        List<AddedToken> after =
                pipeline.addedTokens().stream().filter(AddedToken::normalized).toList();
        raw = new AddedTokens(before, before.stream().map(AddedToken::content).toList(), false);
        normalized = new AddedTokens(
                after,
                after.stream().map(AddedToken::content).map(this::normalize).toList(),
                false);
    }

    /// A text as the normalizer leaves it.
    String normalize(String text) {
        Text held = new Text().hold(text, 0, text.length());
        rewriter.rewrite(held);
        return held.toString();
    }

    /// A worker for one call; [#release] takes it back.
    Worker worker() {
        Worker worker = idle.poll();
        return worker != null ? worker : new Worker();
    }

    void release(Worker worker) {
        if (worker.text.capacity() <= LARGEST) {
            idle.offer(worker);
        }
    }

    /// Scratch space and caches for one call at a time.
    final class Worker {
        final Tokens tokens = new Tokens();
        private final Text text = new Text();
        private final Text slice = new Text();
        private final Segmenter segmenter = segmenters.get();
        private int words;
        private boolean placing;

        /// Leaves the tokens of `input` in [#tokens]; where they lie in it and which words they are only when
        /// `placing`.
        void encode(String input, boolean placing) {
            tokens.clear();
            words = 0;
            this.placing = placing;
            text.track(placing || tracks);
            slice.track(placing || tracks);
            if (raw.isEmpty()) {
                between(input, 0, input.length());
            } else {
                AddedTokens.Match match = new AddedTokens.Match();
                while (raw.find(input, match)) {
                    between(input, match.from, match.start);
                    add(match.token.id(), match.start, match.end);
                }
                between(input, match.from, input.length());
            }
            if (placing && trim != Trim.NONE) {
                trim(input);
            }
        }

        private void add(int id, int start, int end) {
            tokens.add(id, start, end);
            tokens.word(tokens.size() - 1, words++);
        }

        private void between(String input, int from, int to) {
            if (from == to) {
                return;
            }
            text.hold(input, from, to);
            if (rewrites) {
                rewriter.rewrite(text);
            }
            if (normalized.isEmpty()) {
                segment(text);
                return;
            }
            String now = text.toString();
            AddedTokens.Match match = new AddedTokens.Match();
            while (normalized.find(now, match)) {
                segment(match.from, match.start);
                add(match.token.id(), text.start(match.start), text.end(match.end));
            }
            segment(match.from, now.length());
        }

        private void segment(int from, int to) {
            if (from == 0 && to == text.length()) {
                segment(text);
            } else if (from < to) {
                segment(slice.hold(text, from, to));
            }
        }

        private void segment(Text held) {
            int from = tokens.size();
            splitter.split(held);
            char[] chars = held.chars();
            int pieces = held.pieces();
            for (int piece = 0; piece < pieces; piece++) {
                int before = tokens.size();
                segmenter.segment(chars, held.pieceStart(piece), held.pieceEnd(piece), tokens);
                if (placing) {
                    tokens.word(before, words++);
                }
            }
            if (placing) {
                tokens.place(from, held);
            }
        }

        /// Tightens offsets around the spaces that tokens carry.
        private void trim(String input) {
            for (int i = 0; i < tokens.size(); i++) {
                String token = tokenOf.apply(tokens.id(i));
                int start = tokens.start(i);
                int end = tokens.end(i);
                int leading = 0;
                while (leading < token.length() && isSpace(token.charAt(leading))) {
                    leading++;
                }
                int trailing = 0;
                while (trailing < token.length() && isSpace(token.charAt(token.length() - 1 - trailing))) {
                    trailing++;
                }
                boolean put = trim == Trim.SPACES_AND_PREFIX && leading == 1 && (i == 0 || start == 0);
                for (int n = put ? 0 : leading; n > 0 && start < end; n--) {
                    start += Character.charCount(input.codePointAt(start));
                }
                for (int n = trailing; n > 0 && end > start; n--) {
                    end -= Character.charCount(input.codePointBefore(end));
                }
                tokens.place(i, start, end);
            }
        }

        private static boolean isSpace(char c) {
            return c == 'Ġ' || CharacterClass.isSpace(c);
        }
    }
}
