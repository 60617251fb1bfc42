"""The trajectory of restart_run as MDAnalysis sees it: triclinic box, units converted to ps and kJ/(mol Å)."""
import sys
import warnings

import h5py
import MDAnalysis
import numpy as np

warnings.filterwarnings("ignore")
universe = MDAnalysis.Universe.empty(2000, trajectory=True)
universe.load_new(sys.argv[1], format="H5MD")
with h5py.File(sys.argv[1], "r") as f:
    everything = f["particles/all"]
    assert len(universe.trajectory) == 5
    for step, frame in enumerate(universe.trajectory):
        assert abs(frame.time - 0.5e-3 * step) < 1e-12  # ps
        assert np.allclose(frame.positions, everything["position/value"][step], rtol=1e-6)
        assert np.allclose(frame.velocities, everything["velocity/value"][step] * 1e3, rtol=1e-5)  # Å/ps
        assert np.allclose(frame.forces, everything["force/value"][step], rtol=1e-5)
        a, b, c = np.array([10 + 0.1 * step, 0, 0]), np.array([2, 11, 0]), np.array([-1, 3, 12])
        lengths = [np.linalg.norm(v) for v in (a, b, c)]
        angle = lambda u, v: np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))
        assert np.allclose(frame.dimensions, [*lengths, angle(b, c), angle(a, c), angle(a, b)], rtol=1e-5)
        assert frame.data["temperature"] == 300 + step and frame.data["step"] == step
print("MDAnalysis", MDAnalysis.__version__, "reads it")
