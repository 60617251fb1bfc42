"""The same optimization by BoTorch's defaults, from the same initial points: those that `regret` printed, on standard input.

botorch_regret.py FUNCTION SEED INITIAL EVALUATIONS < output of regret: lines "value best", and the seconds of a suggestion.
"""
import math
import sys
import time
import warnings

import torch
from botorch.acquisition import LogExpectedImprovement
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.optim import optimize_acqf
from botorch.test_functions import Branin, Hartmann
from gpytorch.mlls import ExactMarginalLogLikelihood

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

name, seed, initial, evaluations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
torch.manual_seed(seed)
function = Branin(negate=True) if name == "branin" else Hartmann(dim=6, negate=True)
low, high = function.bounds
x = torch.tensor([[float(word) for word in line.split()[: function.dim]] for line in list(sys.stdin)[:initial]])
assert x.shape == (initial, function.dim)
y = function(low + (high - low) * x).unsqueeze(-1)
cube = torch.stack([torch.zeros(function.dim), torch.ones(function.dim)])
seconds = 0.0
for _ in range(evaluations - initial):
    begin = time.perf_counter()
    model = SingleTaskGP(x, y)
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    acquisition = LogExpectedImprovement(model, best_f=y.max())
    point, _ = optimize_acqf(acquisition, bounds=cube, q=1, num_restarts=10, raw_samples=512)
    seconds += time.perf_counter() - begin
    x = torch.cat([x, point])
    y = torch.cat([y, function(low + (high - low) * point).unsqueeze(-1)])
for k in range(len(y)):
    print(-y[k].item(), -y[: k + 1].max().item())
print(f"seconds {seconds / (evaluations - initial):.4f}")
