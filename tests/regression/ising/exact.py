"""Exact results for the two-dimensional Ising model, energies in |J|, temperatures in |J|/k_B, per spin.

enumerate_square   all states of a small lattice: any J, h
kaufman            the finite torus at h = 0: B. Kaufman, Phys. Rev. 76, 1232 (1949), eq. 70; as sums over momenta in
                   A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969)
onsager, yang      the infinite lattice: L. Onsager, Phys. Rev. 65, 117 (1944); C. N. Yang, Phys. Rev. 85, 808 (1952)
"""
import functools

import numpy as np

T_CRITICAL = 2.0 / np.log(1.0 + np.sqrt(2.0))
U4_CRITICAL = 0.61069


@functools.lru_cache(None)
def enumerate_square(edge, temperature, coupling=1.0, field=0.0):
    """{quantity: exact value} of edge × edge spins, edge ≤ 4, defined as in doc/output.md."""
    n = edge * edge
    states = np.arange(2**n, dtype=np.uint32)
    spins = (2.0 * ((states[:, None] >> np.arange(n)) & 1) - 1.0).reshape(-1, edge, edge)
    bonds = (spins * np.roll(spins, 1, 1)).sum((1, 2)) + (spins * np.roll(spins, 1, 2)).sum((1, 2))
    m = spins.mean((1, 2))
    energy = -coupling * bonds - field * n * m
    weight = np.exp(-(energy - energy.min()) / temperature)
    weight /= weight.sum()
    checkerboard = (-1.0) ** np.add.outer(np.arange(edge), np.arange(edge))
    o = m if coupling > 0 else (spins * checkerboard).mean((1, 2))
    mean = lambda values: float((weight * values).sum())
    return {"energy": mean(energy) / n, "magnetization": mean(m), "order": mean(np.abs(o)), "order2": mean(o**2),
            "order4": mean(o**4), "specific_heat": (mean(energy**2) - mean(energy) ** 2) / (n * temperature**2),
            "susceptibility": n * (mean(o**2) - mean(np.abs(o)) ** 2) / temperature,
            "susceptibility_disordered": n * mean(o**2) / temperature,
            "binder": 1.0 - mean(o**4) / (3.0 * mean(o**2) ** 2)}


def kaufman(lx, ly, temperature):
    """(energy, specific heat) of lx × ly spins on a torus, h = 0; not at T_c itself.

    Z = ½ (2 sinh 2K)^(lx·ly/2) (P₁ + P₂ + P₃ + P₄), products over lx momenta of 2 cosh and 2 sinh of ly·γ/2; every
    factor is carried as a logarithm with its first two derivatives to K.
    """
    k = 1.0 / temperature
    sh, ch = np.sinh(2 * k), np.cosh(2 * k)
    # c = cosh 2K coth 2K = sinh 2K + 1/sinh 2K
    c, c1 = sh + 1 / sh, 2 * ch - 2 * ch / sh**2
    c2 = 4 * sh - 4 / sh + 8 * ch**2 / sh**3
    index = np.arange(2 * lx)
    x = c - np.cos(np.pi * index / lx)
    root = np.sqrt(x**2 - 1)
    gamma, g1, g2 = np.arccosh(x), c1 / root, c2 / root - x * c1**2 / root**3
    gamma[0] = 2 * k + np.log(np.tanh(k))
    g1[0], g2[0] = 2 + 2 / sh, -4 * ch / sh**2
    a, a1, a2 = (0.5 * ly * values for values in (gamma, g1, g2))
    terms = []
    for first in (1, 0):
        part = slice(first, None, 2)
        b, b1, b2 = a[part], a1[part], a2[part]
        # log 2cosh b and log |2 sinh b|, without overflow
        terms.append((1.0, (np.abs(b) + np.log1p(np.exp(-2 * np.abs(b)))).sum(), (np.tanh(b) * b1).sum(),
                      (np.tanh(b) * b2 + b1**2 / np.cosh(np.clip(b, -300, 300)) ** 2).sum()))
        terms.append((np.prod(np.sign(b)), (np.abs(b) + np.log1p(-np.exp(-2 * np.abs(b)))).sum(), (b1 / np.tanh(b)).sum(),
                      (b2 / np.tanh(b) - b1**2 / np.sinh(np.clip(b, -300, 300)) ** 2).sum()))
    largest = max(term[1] for term in terms)
    weight = np.array([sign * np.exp(log - largest) for sign, log, *_ in terms])
    weight /= weight.sum()
    d1 = np.array([term[2] for term in terms])
    d2 = np.array([term[3] for term in terms])
    first = (weight * d1).sum()
    second = (weight * (d2 + d1**2)).sum() - first**2
    n = lx * ly
    log_z1 = n * ch / sh + first
    log_z2 = -2 * n / sh**2 + second
    return -log_z1 / n, k**2 * log_z2 / n


def onsager(temperature):
    """Energy of the infinite lattice, by its complete elliptic integral."""
    k = 1.0 / temperature
    # E = −coth 2K (1 + (2/π)(2 tanh² 2K − 1) K₁(κ)), κ = 2 sinh 2K / cosh² 2K, with K₁ from the arithmetic–geometric mean
    kappa = 2 * np.sinh(2 * k) / np.cosh(2 * k) ** 2
    a, b = 1.0, np.sqrt(1 - kappa**2)
    for _ in range(60):
        a, b = 0.5 * (a + b), np.sqrt(a * b)
    elliptic = np.pi / (2 * a)
    return -(1 + (2 / np.pi) * (2 * np.tanh(2 * k) ** 2 - 1) * elliptic) / np.tanh(2 * k)


def yang(temperature):
    """Spontaneous magnetization of the infinite lattice."""
    return (1.0 - np.sinh(2.0 / temperature) ** -4.0) ** 0.125 if temperature < T_CRITICAL else 0.0
