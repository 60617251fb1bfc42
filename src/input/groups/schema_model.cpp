#include "input/groups/group_builder.hpp"
#include "input/model_kinds.hpp"

namespace spinel {

void add_model(std::vector<Group>& groups) {
  using P = ModelParameters;
  GroupBuilder<P> g(groups, "model", &Input::model,
                    "A new network: one that predicts a property of crystals, an interatomic potential, one that makes "
                    "crystals, or a "
                    "flow of vectors.",
                    {"train"});
  std::vector<std::string> kinds;
  std::string help = "network for properties of crystals: ";
  for (const ModelKind& kind : model_kinds()) {
    if (!kinds.empty())
      help += is_potential_kind(kind.name) && !is_potential_kind(kinds.back())   ? "; interatomic potentials: "
              : is_generator_kind(kind.name) && !is_generator_kind(kinds.back()) ? "; generators of crystals: "
              : kind.use == ModelKind::Use::density                              ? "; density of vectors: "
                                                                                 : ", ";
    help += "'" + kind.name + "': " + kind.help;
    kinds.push_back(kind.name);
  }
  const auto potentials = model_kinds_for(ModelKind::Use::energy);
  std::vector<std::string> with_atoms = {"cgcnn"};
  with_atoms.insert(with_atoms.end(), potentials.begin(), potentials.end());
  const auto generators = model_kinds_for(ModelKind::Use::generator);
  with_atoms.insert(with_atoms.end(), generators.begin(), generators.end());

  std::vector<std::string> with_initial = potentials;
  with_initial.insert(with_initial.end(), {"crystal_flow", "crystal_vae"});
  std::vector<std::string> with_frequencies = generators;
  with_frequencies.push_back("cnf");

  g.key("kind", &P::kind, help).one_of(kinds);
  g.key("task", &P::task, "what a property is: 'regression': a number, 'classification': a class, numbered from 0")
      .one_of({"regression", "classification"});
  g.key("classes", &P::classes, "number of classes").between(2, 4096).of("task", {"classification"});
  g.key("width", &P::width, "numbers that describe an atom between convolutions")
      .between(1, 4096)
      .of("kind", with_atoms);
  g.key("convolutions", &P::convolutions,
        "number of convolutions, interactions of a potential, or rounds of messages of a generator")
      .between(1, 64)
      .of("kind", with_atoms);
  g.key("crystal_width", &P::crystal_width, "numbers that describe a crystal behind the pooling of its atoms")
      .between(1, 4096)
      .of("kind", {"cgcnn", "crystal_vae"});
  g.key("crystal_layers", &P::crystal_layers, "layers of crystal_width behind the pooling of atoms")
      .between(1, 64)
      .of("kind", {"cgcnn"});
  g.key("element_features", &P::element_features,
        "JSON file of the numbers from which atoms begin: a list for every atomic number, as atom_init.json of CGCNN's "
        "authors")
      .if_empty("learned for every element")
      .of("kind", {"cgcnn"});
  g.key("radius", &P::radius, "distance within which atoms are neighbors")
      .in("Å")
      .between(0.1, 100)
      .of("kind", {"cgcnn", "crystal_vae"});
  g.key("max_neighbors", &P::max_neighbors, "number of nearest neighbors kept per atom")
      .above(0)
      .unless(0, "all within the radius")
      .of("kind", {"cgcnn", "crystal_vae"});
  g.key("gaussians", &P::gaussians, "number of Gaussians into which distances are expanded, centered from 0 on")
      .between(1, 4096)
      .of("kind", {"cgcnn", "crystal_vae"});
  g.key("gaussian_step", &P::gaussian_step, "distance between the centers of the Gaussians")
      .in("Å")
      .between(0.001, 100)
      .of("kind", {"cgcnn", "crystal_vae"});
  g.key("gaussian_width", &P::gaussian_width, "width w of the Gaussians exp(−(d − center)²/w²)")
      .in("Å")
      .between(0.001, 100)
      .of("kind", {"cgcnn", "crystal_vae"});
  g.key("hidden", &P::hidden, "widths of the hidden layers of the perceptron, or of a cnf")
      .length(1, 100)
      .between(1, 16384)
      .of("kind", {"mlp", "cnf"});
  g.key("activation", &P::activation,
        "activation function of the perceptron ('silu', 'relu'), or of a cnf (not 'relu')")
      .one_of({"silu", "relu", "tanh", "softplus"})
      .of("kind", {"mlp", "cnf"});
  g.key("composition_fractions", &P::composition_fractions, "fractions of all elements as inputs of the perceptron")
      .of("kind", {"mlp"});
  g.key("composition_statistics", &P::composition_statistics,
        "mean, spread, least and largest of the properties of a crystal's elements as inputs of the perceptron")
      .of("kind", {"mlp"});
  g.key("cutoff", &P::cutoff, "distance within which atoms of a potential interact")
      .in("Å")
      .between(0.5, 100)
      .of("kind", potentials);
  g.key("threebody_cutoff", &P::threebody_cutoff, "longest bond that enters three-body terms")
      .in("Å")
      .between(0.5, 100)
      .of("kind", {"m3gnet"});
  g.key("radial_functions", &P::radial_functions, "number of radial functions into which distances are expanded")
      .between(2, 1024)
      .of("kind", {"schnet", "painn"});
  g.key(
       "moments", &P::moments,
       "highest degree of the moments of an atom's neighbors in updates: 1 (vectors) as published; 2 and 3 distinguish "
       "what vectors cannot, such as tetrahedra of bonds, and learn more from few data")
      .between(1, 3)
      .of("kind", {"painn"});
  g.key(
       "initial", &P::initial,
       "model file of a potential to go on from: its architecture, weights and scale are taken, and the reference "
       "energies of elements are fitted to what it leaves over; of a crystal_flow, for another one or the decoder of a "
       "crystal_vae: its architecture, weights and scale of lattices")
      .if_empty("from scratch")
      .of("kind", with_initial);
  g.key("repulsion", &P::repulsion,
        "repulsion of screened nuclei (Ziegler, Biersack & Littmark), which no data teach, added to a potential")
      .of("kind", potentials);
  g.key("repulsion_inner", &P::repulsion_inner, "distance up to which the repulsion of nuclei is whole")
      .in("Å")
      .above(0)
      .unless(0, "half of repulsion_outer");
  g.key("repulsion_outer", &P::repulsion_outer, "distance from which on the repulsion of nuclei is zero")
      .in("Å")
      .above(0);
  g.key("frequencies", &P::frequencies,
        "number of sines and cosines of whole periods into which differences of fractional coordinates are expanded, "
        "or columns of a cnf that repeat themselves")
      .between(1, 512)
      .of("kind", with_frequencies);
  g.key("generates_species", &P::generates_species,
        "species are generated together with positions and cell; else a composition has to be given")
      .of("kind", generators);
  g.key("conditions", &P::conditions,
        "names of numbers of the dataset, such as 'band_gap', for which crystals can then be asked")
      .length(1, 64)
      .if_empty("none")
      .of("kind", generators);
  g.key("levels", &P::levels, "levels of noise from data to none of it")
      .between(10, 100000)
      .of("kind", {"crystal_diffusion"});
  g.key("latent", &P::latent, "numbers of a latent vector").between(1, 2048).of("kind", {"crystal_vae"});
  g.key("encoder_width", &P::encoder_width, "numbers that describe an atom between convolutions of the encoder")
      .between(1, 4096)
      .of("kind", {"crystal_vae"});
  g.key("encoder_convolutions", &P::encoder_convolutions, "convolutions of the encoder")
      .between(1, 64)
      .of("kind", {"crystal_vae"});
  g.key("properties", &P::properties,
        "names of numbers of the dataset, such as 'band_gap', that are predicted from latent vectors and can be "
        "searched for")
      .length(1, 64)
      .if_empty("none")
      .of("kind", {"crystal_vae"});
}

}  // namespace spinel
