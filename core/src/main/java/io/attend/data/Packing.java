package io.attend.data;

/// How documents become windows of one length.
public enum Packing {
    /// They are laid end to end and cut; while learning, each window starts up to its length later.
    RUNNING,
    /// Each stays whole if it fits: the longest first, each into the fullest window it fits into (best fit
    /// decreasing, which takes at most 11/9 of the fewest windows possible and one more); what stays free is
    /// padding. Longer ones are cut. Takes 16 bytes of memory a document,
    /// and twice that while packing.
    BEST_FIT
}
