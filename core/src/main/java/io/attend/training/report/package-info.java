/// What a run leaves behind for people: metrics as JSON lines, progress on the terminal, a report to open in a
/// browser.
@org.jspecify.annotations.NullMarked
package io.attend.training.report;
