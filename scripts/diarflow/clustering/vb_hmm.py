"""Variational Bayes for a hidden Markov model of speakers, as in VBx.

Landini, Profant, Diez, Burget, "Bayesian HMM clustering of x-vector sequences (VBx) in speaker diarization: theory,
implementation and analysis on standard tasks" (2022). Symbols and equation numbers are those of the paper, as the
authors' code cites them (https://github.com/BUTSpeechFIT/VBx, VBx/VBx.py).

The vectors of a speaker are distributed around a point in PLDA space. Speakers that explain few vectors lose them to
others, so the number of speakers decreases. With a loop probability of 0, the order of the windows does not matter:
the model is a mixture.
"""

import numpy as np

_MAX_ITERATIONS = 40
_MIN_RELATIVE_GAIN = 1e-6  # of the bound, in one iteration


def responsibilities(
    vectors: np.ndarray,
    phi: np.ndarray,
    gamma: np.ndarray,
    *,
    Fa: float,  # noqa: N803 - symbols of the paper
    Fb: float,  # noqa: N803
    loop_probability: float,
) -> np.ndarray:
    """Return gamma (n, speakers): the probability that each window is of each speaker.

    `vectors` (n, d) have covariance 1 within a speaker and `phi` (d,) between speakers. `gamma` is the initial
    value. `Fa` weighs the likelihoods, and `Fb` the prior of the speakers.
    """
    rho = vectors * np.sqrt(phi)  # eq. 18
    constant = -0.5 * ((vectors**2).sum(axis=1) + vectors.shape[1] * np.log(2 * np.pi))  # in eq. 23
    pi, previous_bound = np.full(gamma.shape[1], 1 / gamma.shape[1]), -np.inf
    ratio = Fa / Fb
    for _ in range(_MAX_ITERATIONS):
        precision = 1 + ratio * gamma.sum(axis=0)[:, None] * phi  # L, eq. 17
        alpha = ratio / precision * (gamma.T @ rho)  # eq. 16
        spread = (1 / precision + alpha**2) @ phi
        log_p = Fa * (rho @ alpha.T - 0.5 * spread + constant[:, None])  # eq. 23
        if loop_probability:
            gamma, pi, log_likelihood = _forward_backward(log_p, pi, loop_probability)
        else:
            gamma, pi, log_likelihood = _mixture(log_p, pi)
        prior_term = (np.log(1 / precision) - 1 / precision - alpha**2 + 1).sum()
        bound = log_likelihood + Fb * 0.5 * prior_term  # eq. 25
        if bound - previous_bound < _MIN_RELATIVE_GAIN * abs(bound):
            break
        previous_bound = bound
    return gamma


def _mixture(log_p: np.ndarray, pi: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return gamma (n, speakers), pi (speakers,) and the log-likelihood without a Markov chain."""
    joint = log_p + np.log(pi + 1e-12)
    top = joint.max(axis=1, keepdims=True)
    log_marginal = top + np.log(np.exp(joint - top).sum(axis=1, keepdims=True))
    gamma = np.exp(joint - log_marginal)
    return gamma, gamma.sum(axis=0) / len(gamma), log_marginal.sum()


def _forward_backward(
    log_p: np.ndarray, pi: np.ndarray, loop_probability: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return gamma (n, speakers), pi (speakers,) and the log-likelihood with the Markov chain of eq. 1.

    The forward and backward probabilities are rescaled at each step, which keeps them in range.
    """
    top = log_p.max(axis=1, keepdims=True)
    emission = np.exp(log_p - top)
    forward, backward = np.zeros_like(log_p), np.ones_like(log_p)
    scales = np.zeros(len(log_p))
    for n in range(len(log_p)):
        predicted = (
            pi if n == 0 else loop_probability * forward[n - 1] + (1 - loop_probability) * pi
        )
        joint = predicted * emission[n]
        scales[n] = joint.sum()
        forward[n] = joint / scales[n]
    for n in range(len(log_p) - 2, -1, -1):
        after = emission[n + 1] * backward[n + 1]
        backward[n] = (loop_probability * after + (1 - loop_probability) * (after @ pi)) / scales[
            n + 1
        ]
    gamma = forward * backward
    gamma /= gamma.sum(axis=1, keepdims=True)
    entries = (emission[1:] * backward[1:] / scales[1:, None]).sum(axis=0)
    new_pi = gamma[0] + (1 - loop_probability) * pi * entries  # eq. 24
    return gamma, new_pi / new_pi.sum(), (np.log(scales) + top[:, 0]).sum()
