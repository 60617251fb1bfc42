#include "input/groups/group_builder.hpp"

namespace spinel {

void add_vectors(std::vector<Group>& groups) {
  using P = VectorsParameters;
  GroupBuilder<P> g(groups, "vectors", &Input::vectors,
                    "Points of a space of any dimension, which a continuous normalizing flow learns or judges.",
                    {"train", "likelihood"});
  g.optional_for({"train", "likelihood"});
  g.key("file", &P::file, "CSV file with names in its first row, or columns of numbers").if_empty("none").may_change();
  g.key("columns", &P::columns, "columns of the file, by name or number from 1")
      .length(1, 4096)
      .if_empty("all; of a trained flow its own");
  g.key("toy", &P::toy, "points that are drawn in place of a file: the usual examples in the plane, or on a torus")
      .one_of({"none", "two_moons", "checkerboard", "eight_gaussians", "torus"});
  g.key("count", &P::count, "number of points of a toy").between(10, 100000000);
  g.key("periods", &P::periods, "length after which each column repeats itself; 0: never")
      .length(1, 4096)
      .at_least(0)
      .if_empty("0, of the torus 1");
  g.key("validation_fraction", &P::validation_fraction, "share of the points in the validation part").between(0, 0.9);
  g.key("test_fraction", &P::test_fraction, "share of the points in the test part").between(0, 0.9);
  g.key("split_seed", &P::split_seed, "seed of the split, and of a toy's points").at_least(0);
}

void add_likelihood(std::vector<Group>& groups) {
  using P = LikelihoodParameters;
  GroupBuilder<P> g(groups, "likelihood", &Input::likelihood,
                    "Log probability densities of vectors or crystals under a trained flow.", {"likelihood"});
  g.key("model", &P::model, "model file of a cnf or a crystal_flow (doc/density.md)").required();
  g.key("structures", &P::structures,
        "list of crystals, for a crystal_flow: a file or folder of any kind in doc/datasets.md")
      .if_empty("none: &vectors, for a cnf");
  add_read_keys(g);
  g.key("trace", &P::trace,
        "divergence of the flow: 'exact'; 'hutchinson', by random vectors; 'auto': exact up to 100 coordinates (3N + 6 "
        "of N atoms), else hutchinson")
      .one_of({"auto", "exact", "hutchinson"});
  g.key("probes", &P::probes, "random vectors of hutchinson, each fixed along one way through the flow")
      .between(1, 100000);
  g.key("tolerance", &P::tolerance, "absolute and relative error of a step of the solver").between(1e-12, 0.1);
  g.key("max_steps", &P::max_steps, "steps of the solver after which a sample fails").between(1, 100000000);
  g.key("strict", &P::strict, "end of the run at a sample that cannot be read or computed; else it is reported")
      .may_change();
  g.key("csv", &P::csv, "results also as CSV: <prefix>_likelihood.csv").may_change();
}

void add_encode(std::vector<Group>& groups) {
  using P = EncodeParameters;
  GroupBuilder<P> g(groups, "encode", &Input::encode, "Latent vectors of crystals by a trained crystal_vae.",
                    {"encode"});
  g.key("model", &P::model, "model file of a crystal_vae (doc/inverse_design.md)").required();
  g.key("structures", &P::structures, "list of crystals: a file or folder of any kind in doc/datasets.md").required();
  add_read_keys(g);
  g.key("strict", &P::strict, "end of the run at a crystal that cannot be read or encoded; else it is reported")
      .may_change();
  g.key("csv", &P::csv, "latent vectors also as CSV: <prefix>_latents.csv").may_change();
}

}  // namespace spinel
