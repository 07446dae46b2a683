# SPDX-License-Identifier: MIT
import numpy as np
import pytest

import whoswho

sklearn = pytest.importorskip("sklearn")
from sklearn.cluster import DBSCAN  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402


@parametrize_with_checks([whoswho.WhosWhoClusterer(), whoswho.WhosWhoClusterer(method="hac", threshold=1.0)])
def test_estimator_checks(estimator, check):
    check(estimator)


def blobs(seed, count=300, dim=8):
    random = np.random.default_rng(seed)
    centre = random.normal(size=(6, dim))
    return (centre[random.integers(6, size=count)] + random.normal(scale=random.uniform(0.1, 0.5), size=(count, dim))).astype(np.float32)


@pytest.mark.parametrize("seed", range(12))
def test_labels_are_dbscans(seed):
    X = blobs(seed)
    for eps in (0.3, 0.6, 0.9):
        for min_samples in (1, 3, 5):
            ours = whoswho.WhosWhoClusterer(eps=eps, min_samples=min_samples, n_jobs=-1).fit_predict(X)
            assert (ours == DBSCAN(eps=eps, min_samples=min_samples).fit_predict(X)).all()
    assert (whoswho.WhosWhoClusterer().fit_predict(X) == DBSCAN().fit_predict(X)).all()


@pytest.mark.parametrize("method", ["templates", "hac", "chinese-whispers", "map-equation"])
def test_other_methods(method):
    random = np.random.default_rng(1)
    centre = np.linalg.qr(random.normal(size=(64, 64)))[0][:4]
    truth = np.repeat(np.arange(4), 15)
    X = centre[truth] + random.normal(scale=0.03, size=(60, 64))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    labels = whoswho.cluster_vectors(X, method=method, threshold=0.9)
    assert len(set(zip(labels, truth))) == 4 and labels.min() == 0
    assert (whoswho.cluster_vectors(X, method=method, threshold=0.9, min_samples=16) == -1).all()


def test_what_makes_no_sense():
    X = np.zeros((4, 2), np.float32)
    for wrong in ({"eps": -0.0}, {"min_samples": 0}, {"method": "nonsense"}, {"eps": float("nan")}):
        with pytest.raises(whoswho.ArgumentError):
            whoswho.cluster_vectors(X, **wrong)
    with pytest.raises(ValueError):
        whoswho.cluster_vectors(np.zeros(4))
    assert whoswho.cluster_vectors(np.zeros((0, 3))).shape == (0,)
