#include "input/groups/group_builder.hpp"

namespace spinel {

void add_generate(std::vector<Group>& groups) {
  using P = GenerateParameters;
  GroupBuilder<P> g(groups, "generate", &Input::generate, "Crystals from a trained generator.", {"generate"});
  g.key("model", &P::model, "model file of a generator (doc/generation.md)").required();
  g.key("count", &P::count, "number of crystals, of each of `structures` or `compositions` where those are given")
      .between(1, 1000000000)
      .may_change();
  g.key("structures", &P::structures,
        "list of structures (doc/datasets.md) whose cells' contents are given to the generator: their positions and "
        "cells are what it predicts")
      .if_empty("none");
  add_read_keys(g);
  g.key("compositions", &P::compositions, "contents of cells that are given to the generator, such as 'Sr Ti O3'")
      .length(1, 100000)
      .if_empty("none");
  g.key("species", &P::species,
        "source of the species of a crystal: 'given' by structures or compositions; from the 'data' of the training; "
        "generated, 'joint' with positions and cell or 'first' before them; 'auto': given where something is, else "
        "joint where the model generates species, else data; 'latent': from the latent vector of a crystal_vae")
      .one_of({"auto", "given", "data", "joint", "first", "latent"});
  g.key("elements", &P::elements, "elements that may occur").length(1, 118).if_empty("all of the model");
  g.key("n_atoms", &P::n_atoms, "number of atoms of a crystal").between(1, 10000).unless(0, "drawn as in the data");
  g.key("crystal_family", &P::crystal_family, "family that the lattices are to have")
      .one_of({"any", "triclinic", "monoclinic", "orthorhombic", "tetragonal", "hexagonal", "cubic"});
  g.key("templates", &P::templates,
        "list of crystals whose symmetries the generated ones are to have: each takes the operations of one of them, "
        "of as many atoms")
      .if_empty("none");
  g.key("space_group", &P::space_group, "number of the space group of the templates that are taken")
      .between(1, 230)
      .unless(0, "all");
  g.key("conditions", &P::conditions, "values of the numbers the generator was trained with, each 'name: value'")
      .length(1, 64)
      .if_empty("none");
  g.key("guidance", &P::guidance, "factor by which conditions count; 1: as the data have it, 0: not at all")
      .between(0, 100);
  g.key("method", &P::method, "steps of the flow: 'euler', or 'heun' of second order, which asks the network twice")
      .one_of({"euler", "heun"});
  g.key("steps", &P::steps, "steps from noise to a crystal").between(1, 100000);
  g.key("slope", &P::slope,
        "growth of the speed of coordinates, 1 + slope·t, which sharpens crystals; 0: the flow as it was learned")
      .at_least(0);
  g.key("corrector", &P::corrector, "size of the corrector's steps of crystal_diffusion at the least noise")
      .at_least(0);
  g.key(
       "temperature", &P::temperature,
       "exponent 1/temperature of the probabilities of species that are generated; below 1 the likely ones come "
       "oftener; and factor of the deviations by which latent vectors that are drawn differ from those of the training "
       "part: above 1 crystals are more often new, and less often as the model says")
      .above(0);
  g.key("minimum_distance", &P::minimum_distance, "distance of two atoms below which a crystal is made again")
      .in("Å")
      .at_least(0);
  g.key("attempts", &P::attempts,
        "times that a crystal is made at most, each from other random numbers, until no atoms are too near; then it "
        "fails")
      .between(1, 1000);
  g.key("relax", &P::relax,
        "then, in the same run, relaxation of the crystals with &potential by the keys of &relax, and calculation = "
        "'evaluate' of what comes out, by &evaluate and &measures, with prefix <prefix>_evaluated")
      .may_change();
  g.key("tolerance", &P::tolerance, "absolute and relative error of a step of the solver of a cnf").between(1e-12, 0.1);
  g.key("slices", &P::slices,
        "times from 0 (noise) to 1 (data) at which the density of a cnf in the plane is written on a grid, with its "
        "velocities and trajectories")
      .length(1, 100)
      .between(0, 1)
      .if_empty("none");
  g.key("grid", &P::grid, "points of the grid of slices along each axis").between(2, 2000);
  g.key("trajectories", &P::trajectories, "points whose ways through the flow are written, with slices")
      .between(0, 100000);
  g.key("latents", &P::latents,
        "latent vectors of a crystal_vae: from the 'prior'; 'encoded' from structures, which are so reconstructed; "
        "'interpolated' between each two of them; 'searched' for target; 'auto': searched where a target is given, "
        "encoded where structures are, else prior")
      .one_of({"auto", "prior", "encoded", "interpolated", "searched"});
  g.key("points", &P::points, "latent vectors from one crystal to the next, both included, of an interpolation")
      .between(2, 10000);
  g.key("target", &P::target, "property of a crystal_vae that crystals are wanted to have").if_empty("none");
  g.key("target_value", &P::target_value, "value of target that is wanted, in its unit");
  g.key("target_tolerance", &P::target_tolerance, "distance from target_value within which a crystal is a hit")
      .above(0);
  g.key("search", &P::search,
        "way to latent vectors with the target: 'screening': the best of pool from the prior; 'gradient' of what the "
        "model "
        "predicts; 'random': any from the prior")
      .one_of({"screening", "gradient", "random"});
  g.key("decodings", &P::decodings, "crystals that are made of each latent vector").between(1, 100000);
  g.key("climb_steps", &P::climb_steps, "steps of search = 'gradient'").between(1, 1000000);
  g.key("climb_rate", &P::climb_rate, "learning rate of search = 'gradient'").above(0);
  g.key("prior_weight", &P::prior_weight,
        "weight of −log p(z) per dimension against the squared error of the target in standard deviations")
      .at_least(0);
  g.key("pool", &P::pool, "latent vectors of which search = 'screening' takes the best").between(1, 10000000);
  g.key("judge", &P::judge,
        "model files of networks that predict the target of what was made; their mean decides what is a hit")
      .length(1, 100)
      .if_empty("none");
  g.key("cif", &P::cif, "crystals also as CIF files, in the folder <prefix>_generated").may_change();
}

}  // namespace spinel
