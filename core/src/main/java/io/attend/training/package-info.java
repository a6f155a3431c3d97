/// Training runs: recipes, the trainer, metrics and checkpoints.
@NullMarked
package io.attend.training;

import org.jspecify.annotations.NullMarked;
