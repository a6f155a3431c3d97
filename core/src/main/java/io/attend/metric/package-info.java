/// How good predictions are: plain functions of predictions and references, equal to the tools whose numbers
/// are published. Shares are between 0 and 1; BLEU and chrF, as everywhere, between 0 and 100.
@NullMarked
package io.attend.metric;

import org.jspecify.annotations.NullMarked;
