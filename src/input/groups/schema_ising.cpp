#include "input/groups/group_builder.hpp"

namespace spinel {

namespace {

void add_monte_carlo(std::vector<Group>& groups) {
  using P = IsingParameters;
  GroupBuilder<P> g(groups, "ising", &Input::ising,
                    "The two-dimensional Ising model: H = −J Σ s s' − h Σ s on a periodic square lattice; energies in "
                    "units of |J|, temperatures of |J|/k_B.",
                    {"ising"});
  g.key("size", &P::size, "edges L of square lattices, each a run of its own; with rectangle the two edges Lx, Ly")
      .length(1, 100)
      .between(4, 1000000)
      .required();
  g.key("rectangle", &P::rectangle, "one lattice of Lx × Ly instead of square ones");
  g.key("coupling", &P::coupling,
        "coupling J: 1 ferromagnetic, -1 antiferromagnetic; its magnitude is the unit of energy")
      .between(-1, 1);
  g.key("field", &P::field, "magnetic field h, in units of |J|");
  g.key("temperatures", &P::temperatures, "list of temperatures")
      .length(1, 10000)
      .above(0)
      .if_empty("n_t from t_min to t_max");
  g.key("t_min", &P::t_min, "lowest of n_t temperatures").at_least(0);
  g.key("t_max", &P::t_max, "highest of n_t temperatures").at_least(0);
  g.key("n_t", &P::n_t, "number of temperatures, evenly spaced").between(0, 10000);
  g.key("update", &P::update, "Monte Carlo update").one_of({"metropolis", "heat_bath", "wolff", "swendsen_wang"});
  g.key("tempering", &P::tempering, "exchange of configurations between neighboring temperatures (parallel tempering)");
  g.key("exchange_every", &P::exchange_every, "sweeps between exchanges of parallel tempering")
      .in("sweeps")
      .at_least(1);
  g.key("start", &P::start,
        "start of every chain: 'hot' random spins, 'cold' the ground state, 'file' start_file; 'auto' cold below "
        "2.269, else hot")
      .one_of({"auto", "hot", "cold", "file"});
  g.key("start_file", &P::start_file,
        "<prefix>.samples.h5 whose last configurations of the nearest temperatures are the start")
      .if_empty("none");
  g.key("replicas", &P::replicas, "independent chains at every temperature").between(1, 1000000);
  g.key("burn_in", &P::burn_in, "sweeps before measurements").in("sweeps").at_least(0);
  g.key("sweeps", &P::sweeps, "sweeps with measurements").in("sweeps").at_least(1);
  g.key("measure_every", &P::measure_every, "sweeps between measurements").in("sweeps").at_least(1);
  g.key("configurations", &P::configurations, "configurations of every chain kept in <prefix>.samples.h5").at_least(0);
  g.key("configuration_every", &P::configuration_every, "sweeps between kept configurations")
      .in("sweeps")
      .above(0)
      .unless(0, "spread evenly over the measured sweeps");
  g.key("correlation", &P::correlation, "measurement of correlation function and length");
  g.key("series", &P::series, "storage of every measured energy and magnetization in <prefix>.samples.h5");
  g.key("reweight", &P::reweight,
        "multiple-histogram reweighting, which joins the temperatures: curves between them, crossings of Binder "
        "cumulants");
}

void add_phase(std::vector<Group>& groups) {
  using P = PhaseParameters;
  GroupBuilder<P> g(groups, "phase", &Input::phase,
                    "Phases and their transition from configurations: by principal components, or by convolutional "
                    "networks that are trained far from the transition ('cnn') or by confusion ('confusion').",
                    {"phase"});
  g.key("method", &P::method,
        "method: 'pca' principal components; 'cnn' networks that learn two phases from two windows of temperature; "
        "'confusion' networks that learn to distinguish the temperatures on either side of trial temperatures, without "
        "labels")
      .one_of({"pca", "cnn", "confusion"});
  g.key("files", &P::files, "files <prefix>.samples.h5 of calculation = 'ising'; those of one lattice size are joined")
      .length(1, 1000)
      .required();
  g.key("components", &P::components, "principal components kept").between(1, 10000);
  g.key("bootstrap", &P::bootstrap, "resamples of the data for error bars").between(2, 100000).may_change();
  g.key("ordered_window", &P::ordered_window,
        "method cnn: lowest and highest temperature of the configurations that are shown as ordered")
      .length(2)
      .at_least(0)
      .if_empty("none; cnn needs it");
  g.key("disordered_window", &P::disordered_window,
        "method cnn: lowest and highest temperature of the configurations that are shown as disordered")
      .length(2)
      .at_least(0)
      .if_empty("none; cnn needs it");
  g.key("trial_temperatures", &P::trial_temperatures,
        "method confusion: temperatures at which the data are split, 5 at least")
      .length(5, 1000)
      .above(0)
      .if_empty("half-way between any two neighboring temperatures of the data");
  g.key("temperature_range", &P::temperature_range,
        "method confusion: lowest and highest temperature of the configurations that are used")
      .length(2)
      .at_least(0)
      .if_empty("all");
  g.key("networks", &P::networks,
        "independent networks, with method confusion for every lattice size and trial temperature; from two on their "
        "scatter is part of the errors")
      .between(1, 1000);
  g.key("blocks", &P::blocks,
        "blocks along each edge, over which spins are averaged before networks see them; with method cnn one network "
        "then learns all lattice sizes")
      .between(2, 1024)
      .unless(0, "the spins themselves, and every size has networks of its own");
  g.key("widths", &P::widths, "channels of the three convolutions").length(3).between(1, 1024);
  g.key("epochs", &P::epochs, "passes over the training data")
      .in("epochs")
      .between(1, 100000)
      .unless(0, "2 for cnn, 6 for confusion");
  g.key("batch_size", &P::batch_size, "configurations of a batch, over all ranks").between(1, 1000000);
  g.key("learning_rate", &P::learning_rate, "highest learning rate; it falls to zero along a cosine").above(0);
  g.key("weight_decay", &P::weight_decay, "weight decay of AdamW").at_least(0);
  g.key("held_out", &P::held_out,
        "share of the configurations at every temperature that is kept out of training, for accuracies and "
        "confidences; one "
        "of them at least, and not all")
      .between(0, 1);
  g.key("spin_flip", &P::spin_flip,
        "random inversion of all spins of a configuration when it is shown, beside translations, rotations and "
        "reflections; right without a field");
  g.key("extrapolation", &P::extrapolation,
        "extrapolation T_c(L) = T_c + a L^(-1/nu) over the sizes in the files: 'auto' where there are several, "
        "'required', 'none'")
      .one_of({"auto", "required", "none"})
      .may_change();
  g.key("nu", &P::nu, "exponent of the correlation length in the extrapolation")
      .between(0.2, 5)
      .unless(0, "fitted to three sizes at least")
      .may_change();
}

}  // namespace

void add_ising(std::vector<Group>& groups) {
  add_monte_carlo(groups);
  add_phase(groups);
}

}  // namespace spinel
