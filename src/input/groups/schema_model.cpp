#include "input/groups/group_builder.hpp"

namespace spinel {

void add_model(std::vector<Group>& groups) {
  using P = ModelParameters;
  GroupBuilder<P> g(groups, "model", &Input::model,
                    "A new network: one that tells a property of crystals, or an interatomic potential.", {"train"});
  g.key("kind", &P::kind,
        "'cgcnn': crystal graph convolutions (Xie & Grossman 2018); 'mlp': perceptron on composition and descriptors; "
        "potentials: 'schnet' (Schütt 2018), 'painn' (Schütt 2021), 'm3gnet' (Chen & Ong 2022)")
      .one_of({"cgcnn", "mlp", "schnet", "painn", "m3gnet"});
  g.key("task", &P::task, "'regression': a number, 'classification': one of several classes, numbered from 0")
      .one_of({"regression", "classification"});
  g.key("classes", &P::classes, "of classification").between(2, 4096);
  g.key("width", &P::width, "numbers of an atom between convolutions, of cgcnn and potentials").between(1, 4096);
  g.key("convolutions", &P::convolutions, "of cgcnn; interactions of a potential").between(1, 64);
  g.key("crystal_width", &P::crystal_width, "numbers of a crystal behind the pooling of cgcnn").between(1, 4096);
  g.key("crystal_layers", &P::crystal_layers, "layers of that width").between(1, 64);
  g.key("element_features", &P::element_features,
        "JSON file with a list of numbers for every atomic number, as atom_init.json of CGCNN's authors, from which "
        "atoms "
        "begin")
      .if_empty("learned for every element");
  g.key("radius", &P::radius, "within which atoms are neighbors, of cgcnn").in("Å").between(0.1, 100);
  g.key("max_neighbors", &P::max_neighbors, "the nearest so many of them").above(0).unless(0, "all within the radius");
  g.key("gaussians", &P::gaussians, "from 0 on, into which distances are expanded").between(1, 4096);
  g.key("gaussian_step", &P::gaussian_step, "between their centers").in("Å").between(0.001, 100);
  g.key("gaussian_width", &P::gaussian_width, "w of exp(−(d − center)²/w²)").in("Å").between(0.001, 100);
  g.key("hidden", &P::hidden, "widths of the layers of mlp").length(1, 100).between(1, 16384);
  g.key("activation", &P::activation, "of mlp").one_of({"silu", "relu"});
  g.key("composition_fractions", &P::composition_fractions, "the fraction of every element is an input of mlp");
  g.key("composition_statistics", &P::composition_statistics,
        "and so are mean, spread, least and largest of the elements' properties");
  g.key("cutoff", &P::cutoff, "within which atoms see each other, of a potential").in("Å").between(0.5, 100);
  g.key("threebody_cutoff", &P::threebody_cutoff, "of the three-body terms of m3gnet").in("Å").between(0.5, 100);
  g.key("radial_functions", &P::radial_functions, "into which distances are expanded, of schnet and painn")
      .between(2, 1024);
  g.key("moments", &P::moments,
        "of painn: highest degree of the moments of neighbours that its updates see, 1 (vectors) as published; 2 and 3 "
        "tell apart what vectors cannot, such as tetrahedra of bonds, and learn more from few data")
      .between(1, 3);
  g.key("initial", &P::initial,
        "model file of a potential to go on from: its architecture, weights and scale are taken, and the reference "
        "energies of elements are fitted to what it leaves over")
      .if_empty("from scratch");
  g.key("repulsion", &P::repulsion,
        "a potential is added to the repulsion of screened nuclei (Ziegler, Biersack & Littmark), which no data teach");
  g.key("repulsion_inner", &P::repulsion_inner, "distance up to which the repulsion is whole")
      .in("Å")
      .above(0)
      .unless(0, "half of repulsion_outer");
  g.key("repulsion_outer", &P::repulsion_outer, "distance from which on it is zero").in("Å").above(0);
}

}  // namespace spinel
