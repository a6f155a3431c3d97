package io.attend.checkpoint.gguf;

import io.attend.kernel.Matrix;
import io.attend.value.Variants;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How a GGUF file stores the elements of a tensor: in blocks of [#elements] along a row, each of [#bytes].
///
/// The formats of 256 elements cut a block into parts whose scales are themselves quantised. Decoding gives
/// the numbers that ggml's reference gives, bit for bit.
public sealed interface BlockFormat permits BlockFormat.Writable, Q2K, Q3K, Q41, Q4K, Q50, Q51, Q5K, Q6K {

    /// A format in which tensors are written, too.
    sealed interface Writable extends BlockFormat permits F32, F16, Bf16, Q40, Q80 {
        /// Encodes `blocks` blocks from the start of `from` to the start of `to`: the bytes are those of
        /// ggml's reference. Of a quantised format every element must be finite.
        void encode(float[] from, byte[] to, int blocks);
    }

    /// The number that stands for it in a file.
    int code();

    /// The name the field knows it by: `Q8_0`.
    String label();

    /// How many elements a block has.
    int elements();

    /// How many bytes a block has.
    int bytes();

    /// Decodes `blocks` blocks from the start of `from` to the start of `to`.
    void decode(byte[] from, float[] to, int blocks);

    /// Every format, by its number.
    static Map<Integer, BlockFormat> all() {
        return Registry.BY_CODE;
    }

    /// The matrix that such blocks are, for products straight from them; absent where no kernel reads the
    /// format.
    default Optional<Matrix> matrix(int rows, int columns, MemorySegment blocks) {
        return Optional.empty();
    }

    /// How many bytes `count` elements take, which must be whole blocks.
    default long bytes(long count) {
        return Math.multiplyExact(count / elements(), bytes());
    }

    /// Little-endian numbers inside blocks.
    final class Bits {
        private static final VarHandle SHORTS =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
        private static final VarHandle INTS =
                MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

        private Bits() {}

        static float half(byte[] bytes, int at) {
            return Float.float16ToFloat((short) SHORTS.get(bytes, at));
        }

        static void half(byte[] bytes, int at, float value) {
            SHORTS.set(bytes, at, Float.floatToFloat16(value));
        }

        static short half16(byte[] bytes, int at) {
            return (short) SHORTS.get(bytes, at);
        }

        static void half16(byte[] bytes, int at, short value) {
            SHORTS.set(bytes, at, value);
        }

        static int word(byte[] bytes, int at) {
            return (int) INTS.get(bytes, at);
        }

        static void word(byte[] bytes, int at, int value) {
            INTS.set(bytes, at, value);
        }
    }

    /// The formats that `permits` lists.
    final class Registry {
        private static final Map<Integer, BlockFormat> BY_CODE = byCode();

        private Registry() {}

        private static Map<Integer, BlockFormat> byCode() {
            Map<Integer, BlockFormat> formats = new TreeMap<>();
            for (Class<? extends Record> variant :
                    Variants.of(BlockFormat.class).values()) {
                BlockFormat format = (BlockFormat) Variants.examples(variant).getFirst();
                formats.put(format.code(), format);
            }
            return Collections.unmodifiableMap(formats);
        }
    }
}
