package io.attend.huggingface;

import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// How the numbers of tensors in a file lie in the tensors of a model: a rearrangement without arithmetic, so
/// that it can be undone bit for bit, and so that gradients take the same way.
///
/// Several tensors of the model (`parts`) may be one in the file, and one of the model several in the file.
public interface Layout {
    /// The shapes in the file, of `count` tensors.
    List<Shape> stored(List<Shape> parts, int count);

    /// From the model to the file.
    List<Tensor> join(List<Tensor> parts, int count);

    /// From the file to the model.
    List<Tensor> part(List<Tensor> stored, List<Shape> parts);

    /// One of [#part], without copying the others.
    default Tensor part(List<Tensor> stored, List<Shape> parts, int which) {
        return part(stored, parts).get(which);
    }

    /// The same tensor.
    Layout SAME = new Layout() {
        @Override
        public List<Shape> stored(List<Shape> parts, int count) {
            return parts;
        }

        @Override
        public List<Tensor> join(List<Tensor> parts, int count) {
            return parts;
        }

        @Override
        public List<Tensor> part(List<Tensor> stored, List<Shape> parts) {
            return stored;
        }
    };

    /// Parts under one another: all rows of the first, then all of the second. Falcon's multi-query and MPT's
    /// projections.
    Layout ROWS = rows(1);

    /// A matrix stored as [inputs, outputs], as GPT-2's Conv1D has it; vectors as they are.
    Layout TRANSPOSED = SAME.transposed();

    /// One tensor [X, ...] of the model as X tensors in the file, such as the experts of a layer.
    Layout STACKED = new Layout() {
        @Override
        public List<Shape> stored(List<Shape> parts, int count) {
            long[] sizes = parts.getFirst().toArray();
            Shape one = Shape.of(Arrays.copyOfRange(sizes, 1, sizes.length));
            return java.util.Collections.nCopies(count, one);
        }

        @Override
        public List<Tensor> join(List<Tensor> parts, int count) {
            List<Tensor> stored = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                stored.add(parts.getFirst().select(0, i));
            }
            return stored;
        }

        @Override
        public List<Tensor> part(List<Tensor> stored, List<Shape> parts) {
            return List.of(Tensor.stack(0, stored.toArray(Tensor[]::new)));
        }
    };

    /// The rows of the parts in turns: a share of each, `groups` times. With as many groups as heads, query,
    /// key and value of the first head come before those of the second, as GPT-NeoX and BLOOM have it.
    static Layout rows(int groups) {
        return new Layout() {
            @Override
            public List<Shape> stored(List<Shape> parts, int count) {
                long[] sizes = parts.getFirst().toArray();
                sizes[0] = parts.stream().mapToLong(part -> part.size(0)).sum();
                return List.of(Shape.of(sizes));
            }

            @Override
            public List<Tensor> join(List<Tensor> parts, int count) {
                Tensor[] turns = parts.stream()
                        .map(part -> part.reshape(grouped(part.shape())))
                        .toArray(Tensor[]::new);
                List<Shape> shapes = parts.stream().map(Tensor::shape).toList();
                return List.of(Tensor.cat(1, turns)
                        .reshape(stored(shapes, count).getFirst().toArray()));
            }

            @Override
            public List<Tensor> part(List<Tensor> stored, List<Shape> parts) {
                return IntStream.range(0, parts.size())
                        .mapToObj(which -> part(stored, parts, which))
                        .toList();
            }

            @Override
            public Tensor part(List<Tensor> stored, List<Shape> parts, int which) {
                Tensor all = stored.getFirst();
                long[] sizes = all.shape().toArray();
                sizes[0] /= groups;
                long before = parts.subList(0, which).stream()
                        .mapToLong(part -> part.size(0))
                        .sum();
                Shape part = parts.get(which);
                return all.reshape(prepended(sizes))
                        .narrow(1, before / groups, part.size(0) / groups)
                        .reshape(part.toArray());
            }

            private long[] grouped(Shape shape) {
                long[] sizes = shape.toArray();
                sizes[0] /= groups;
                return prepended(sizes);
            }

            private long[] prepended(long[] sizes) {
                long[] all = new long[sizes.length + 1];
                all[0] = groups;
                System.arraycopy(sizes, 0, all, 1, sizes.length);
                return all;
            }
        };
    }

    /// The same numbers in the same order, in the file in another shape.
    static Layout shaped(UnaryOperator<Shape> stored) {
        return new Layout() {
            @Override
            public List<Shape> stored(List<Shape> parts, int count) {
                return parts.stream().map(stored).toList();
            }

            @Override
            public List<Tensor> join(List<Tensor> parts, int count) {
                return parts.stream()
                        .map(part -> part.reshape(stored.apply(part.shape()).toArray()))
                        .toList();
            }

            @Override
            public List<Tensor> part(List<Tensor> tensors, List<Shape> parts) {
                return List.of(tensors.getFirst().reshape(parts.getFirst().toArray()));
            }
        };
    }

    /// Applied first on the way to the file, then another.
    default Layout then(Layout next) {
        Layout first = this;
        return new Layout() {
            @Override
            public List<Shape> stored(List<Shape> parts, int count) {
                return next.stored(first.stored(parts, count), count);
            }

            @Override
            public List<Tensor> join(List<Tensor> parts, int count) {
                return next.join(first.join(parts, count), count);
            }

            @Override
            public List<Tensor> part(List<Tensor> stored, List<Shape> parts) {
                return first.part(next.part(stored, first.stored(parts, stored.size())), parts);
            }

            @Override
            public Tensor part(List<Tensor> stored, List<Shape> parts, int which) {
                return first.part(next.part(stored, first.stored(parts, stored.size())), parts, which);
            }
        };
    }

    /// This one, and in the file matrices as [inputs, outputs]; vectors as they are.
    default Layout transposed() {
        return then(new Layout() {
            @Override
            public List<Shape> stored(List<Shape> parts, int count) {
                return parts.stream()
                        .map(shape -> shape.rank() == 2 ? Shape.of(shape.size(1), shape.size(0)) : shape)
                        .toList();
            }

            @Override
            public List<Tensor> join(List<Tensor> parts, int count) {
                return parts.stream()
                        .map(part -> part.rank() == 2 ? part.transpose(0, 1) : part)
                        .toList();
            }

            @Override
            public List<Tensor> part(List<Tensor> stored, List<Shape> parts) {
                return join(stored, stored.size());
            }
        });
    }
}
