package io.attend.architecture;

import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.layer.Parameters;
import io.attend.value.Default;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.util.Locale;
import java.util.Optional;

/// A whole model as a value: what it is made of, without its numbers. Comparing, printing and checking one
/// needs no native code.
///
/// One that cannot be built cannot be made: the constructor goes through the very build that a model goes
/// through, recording parameters without memory, and refuses what does not fit together by the place where it
/// does not.
///
/// @param format the version of the JSON form, 1
/// @param width numbers a position has in the stream, E
/// @param topology how stacks are put together
/// @param head what is made of the last vectors
/// @param initialization what untrained weights start as
/// @param partner another model that is trained beside this one, as ELECTRA's generator is; its parameters
///     stand
///     at `partner`, and nothing but an objective that asks for it uses it
public record Architecture(
        @Default("1") int format,
        int width,
        Topology topology,
        @Default("\"NoHead\"") Head head,
        @Default("\"LayerInitialization\"") Initialization initialization,
        Optional<Architecture> partner) {
    private static final int FORMAT = 1;

    /// Beyond this, bytes and operations could no longer be counted exactly.
    private static final double MOST_PARAMETERS = 1e15;

    public Architecture {
        if (format != FORMAT) {
            throw new IllegalArgumentException(
                    "format " + format + " is not one this version reads; it reads " + FORMAT);
        }
        if (width < 1 || width > 1 << 20) {
            throw new IllegalArgumentException("width must be from 1 to 1048576, not " + width);
        }
        Parameters parameters = Parameters.root();
        Topology.Built body = topology.build(parameters, width);
        head.build(parameters.in("head"), body.width(), body.table());
        double count = parameters.all().stream()
                .mapToDouble(parameter -> parameter.shape().count())
                .sum();
        if (count > MOST_PARAMETERS) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the model has %.1e parameters, more than %.0e; make its sizes smaller",
                    count,
                    MOST_PARAMETERS));
        }
    }

    public Architecture(int width, Topology topology, Head head) {
        this(FORMAT, width, topology, head, new LayerInitialization(), Optional.empty());
    }

    /// The same architecture with another head.
    public Architecture head(Head other) {
        return new Architecture(format, width, topology, other, initialization, partner);
    }

    /// The same architecture whose untrained weights start so.
    public Architecture initialized(Initialization how) {
        return new Architecture(format, width, topology, head, how, partner);
    }

    /// The same architecture trained beside another.
    public Architecture partner(Architecture other) {
        return new Architecture(format, width, topology, head, initialization, Optional.of(other));
    }

    public Architecture(int width, Topology topology) {
        this(width, topology, new NoHead());
    }

    /// Records or builds this architecture: the one build path.
    public Built build(Parameters parameters) {
        Topology.Built body = topology.build(parameters, width);
        Head.Built judge = head.build(parameters.in("head"), body.width(), body.table());
        return new Built(body, judge, partner.map(other -> other.build(parameters.in("partner"))));
    }

    /// An architecture at work.
    public record Built(Topology.Built topology, Head.Built head, Optional<Built> partner) {}

    /// As JSON, in the form that `architecture.json` of a run folder has.
    public String toJson() {
        return Values.json(this);
    }

    /// @throws ValueException naming the path of what is unknown, missing or impossible
    public static Architecture parse(String json) {
        return Values.parse(Architecture.class, json);
    }
}
