package io.attend.optimizer;

/// Which mean of squared gradients divides a step of Adam.
public enum Variance {
    /// The running one.
    LAST,
    /// The largest the running one has ever been: AMSGrad (Reddi et al. 2018, arXiv 1904.09237).
    LARGEST
}
