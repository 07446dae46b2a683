# SPDX-License-Identifier: MIT
"""The clustering methods on vectors of one's own, alone and as a scikit-learn estimator (which scikit-learn need not be there for)."""
from __future__ import annotations

import numpy as np

from ._core import check, ffi, lib, new, run

try:
    from sklearn.base import BaseEstimator, ClusterMixin
    from sklearn.utils.validation import validate_data as _validate_data
except ImportError:
    _validate_data = None
    try:
        from sklearn.base import BaseEstimator, ClusterMixin
    except ImportError:  # without scikit-learn: the class alone
        BaseEstimator = object  # type: ignore[assignment,misc]

        class ClusterMixin:  # type: ignore[no-redef]
            def fit_predict(self, X, y=None):
                return self.fit(X).labels_


def cluster_vectors(vectors, method: str = "dbscan", eps: float = 0.5, threshold=None, min_samples=None, threads: int = 0) -> np.ndarray:
    """Labels (count,) int32 for vectors (count, dim): clusters from 0, -1 for none.

    method: dbscan or plain-dbscan (label for label scikit-learn's), templates, hac, chinese-whispers, map-equation. eps: Euclidean
    distance of dbscan; threshold: that of the other methods (eps unless given). min_samples: dbscan 5, of the others
    the fewest that make a cluster, 2.
    """
    X = np.ascontiguousarray(vectors, np.float32)
    if X.ndim != 2:
        raise ValueError(f"vectors are of shape (count, dim), not {X.shape}")
    keep: list = []
    options = new("ww_cluster_options", keep, method=method, eps=eps, threshold=threshold, min_samples=min_samples, threads=threads)
    labels, err = np.empty(len(X), np.int32), ffi.new("ww_error *")
    data, out = ffi.cast("const float *", ffi.from_buffer(X)), ffi.cast("int32_t *", ffi.from_buffer(labels, require_writable=True))
    check(run(lambda: lib.ww_cluster_vectors(data, len(X), X.shape[1], options, out, err), lambda: None), err)
    return labels


class WhosWhoClusterer(ClusterMixin, BaseEstimator):
    """Clustering as scikit-learn has it: fit, fit_predict, labels_.

    With the defaults the labels are those of sklearn.cluster.DBSCAN() on float32, label for label.

    Parameters: method, eps, threshold, min_samples, n_jobs as of cluster_vectors (n_jobs: threads; None: one).
    """

    def __init__(self, method="dbscan", eps=0.5, threshold=None, min_samples=None, n_jobs=None):
        self.method = method
        self.eps = eps
        self.threshold = threshold
        self.min_samples = min_samples
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        """X: (count, dim). Returns self; labels_ holds a label per row, -1 for none."""
        X = self._read(X)
        threads = 1 if self.n_jobs is None else 0 if self.n_jobs < 0 else self.n_jobs
        self.labels_ = cluster_vectors(X, self.method, self.eps, self.threshold, self.min_samples, threads).astype(np.intp)
        return self

    def _read(self, X):
        if _validate_data is not None:
            return _validate_data(self, X, dtype=np.float32, order="C")
        if hasattr(self, "_validate_data"):
            return self._validate_data(X, dtype=np.float32, order="C")
        X = np.ascontiguousarray(X, np.float32)
        self.n_features_in_ = X.shape[1]
        return X
