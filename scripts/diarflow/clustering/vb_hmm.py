"""Variational Bayes over vectors in PLDA space: the model of VBx (Landini, Profant, Diez, Burget 2022).

Each speaker is a point that the vectors of its windows lie around; how many there are comes out, since
speakers that explain little lose their vectors to others. With `loop` above 0 the windows are a hidden Markov
chain that stays with a speaker with that probability; without it their order says nothing.
"""

import numpy as np

_ROUNDS, _GAIN = 40, 1e-6


def responsibilities(
    vectors: np.ndarray,
    between: np.ndarray,
    first: np.ndarray,
    *,
    acoustic: float,
    speaker: float,
    loop: float,
) -> np.ndarray:
    """How likely each window is each speaker's: (n, speakers).

    `vectors` (n, d) vary by 1 within a speaker and by `between` (d,) from one to another; `first`
    (n, speakers) is where the search begins; `acoustic` and `speaker` are the paper's F_A and F_B.
    """
    scaled = vectors * np.sqrt(between)  # rho, eq. 16
    constant = -0.5 * ((vectors**2).sum(axis=1) + vectors.shape[1] * np.log(2 * np.pi))  # G
    found, prior, before = first, np.full(first.shape[1], 1 / first.shape[1]), -np.inf
    ratio = acoustic / speaker
    for _ in range(_ROUNDS):
        precision = 1 + ratio * found.sum(axis=0)[:, None] * between  # eq. 17
        means = ratio / precision * (found.T @ scaled)  # alpha, eq. 16
        spread = (1 / precision + means**2) @ between
        likely = acoustic * (scaled @ means.T - 0.5 * spread + constant[:, None])  # eq. 23
        found, prior, total = _chain(likely, prior, loop) if loop else _mixture(likely, prior)
        prior_term = (np.log(1 / precision) - 1 / precision - means**2 + 1).sum()
        bound = total + speaker * 0.5 * prior_term  # eq. 25
        if bound - before < _GAIN * abs(bound):
            break
        before = bound
    return found


def _mixture(likely: np.ndarray, prior: np.ndarray):
    """Responsibilities where each window is for itself, the speakers' new shares, the log-likelihood."""
    joint = likely + np.log(prior + 1e-12)
    top = joint.max(axis=1, keepdims=True)
    total = top + np.log(np.exp(joint - top).sum(axis=1, keepdims=True))
    found = np.exp(joint - total)
    return found, found.sum(axis=0) / len(found), total.sum()


def _chain(likely: np.ndarray, prior: np.ndarray, loop: float):
    """The same for a chain that stays with probability `loop`: forwards and backwards, scaled at each step."""
    top = likely.max(axis=1, keepdims=True)
    emitted = np.exp(likely - top)
    forwards, backwards = np.zeros_like(likely), np.ones_like(likely)
    scales = np.zeros(len(likely))
    for n in range(len(likely)):
        coming = prior if n == 0 else loop * forwards[n - 1] + (1 - loop) * prior
        joint = coming * emitted[n]
        scales[n] = joint.sum()
        forwards[n] = joint / scales[n]
    for n in range(len(likely) - 2, -1, -1):
        after = emitted[n + 1] * backwards[n + 1]
        backwards[n] = (loop * after + (1 - loop) * (after @ prior)) / scales[n + 1]
    found = forwards * backwards
    found /= found.sum(axis=1, keepdims=True)
    entered = (emitted[1:] * backwards[1:] / scales[1:, None]).sum(axis=0)
    shares = found[0] + (1 - loop) * prior * entered  # eq. 24
    return found, shares / shares.sum(), (np.log(scales) + top[:, 0]).sum()
