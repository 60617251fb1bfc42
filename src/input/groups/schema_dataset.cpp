#include "input/groups/group_builder.hpp"

namespace spinel {

namespace {

void add_dataset_keys(std::vector<Group>& groups) {
  using P = DatasetParameters;
  GroupBuilder<P> g(groups, "dataset", &Input::dataset,
                    "Structures with labels to learn from, and how they are divided into training, validation and test "
                    "part.",
                    {"train"});
  g.optional_for({"train"});
  g.key(
       "file", &P::file,
       "labeled structures: dataset made by calculation = 'convert', or any other list of structures (doc/datasets.md)")
      .required()
      .may_change();
  g.key("target", &P::target, "name of the numbers to learn; structures that lack them are left out")
      .if_empty("none; all kinds of &model but generators need it");
  g.key("descriptors", &P::descriptors, "names of further numbers that the model is given of every structure")
      .length(1, 10000)
      .if_empty("none");
  g.key("split", &P::split,
        "division into parts: 'random'; 'composition': all structures of one reduced formula in one part; "
        "'chemical_system': all of one set of elements; 'leave_element': those with left_elements are the test part; "
        "'leave_cluster': a cluster of compositions is; 'files': validation_file and test_file")
      .one_of({"random", "composition", "chemical_system", "leave_element", "leave_cluster", "files"});
  g.key("validation_fraction", &P::validation_fraction, "share of the structures in the validation part")
      .between(0, 0.9);
  g.key("test_fraction", &P::test_fraction,
        "share of the structures in the test part, with random, composition and chemical_system")
      .between(0, 0.9);
  g.key("split_seed", &P::split_seed, "seed of the random choices of the split").at_least(0);
  g.key("left_elements", &P::left_elements, "elements of which the training sees no structure")
      .length(1, 118)
      .if_empty("none");
  g.key("clusters", &P::clusters, "number of clusters of compositions for leave_cluster").between(2, 1000);
  g.key("left_cluster", &P::left_cluster, "number of the cluster that is the test part, 1 the largest")
      .above(0)
      .unless(0, "drawn by split_seed");
  g.key("validation_file", &P::validation_file,
        "structures of the validation part, a list as in `file`; or *.txt with an id of `file` a line")
      .if_empty("none")
      .may_change();
  g.key("test_file", &P::test_file,
        "structures of the test part, a list as in `file`; or *.txt with an id of `file` a line")
      .if_empty("none")
      .may_change();
  g.key("group", &P::group,
        "text of the structures, such as 'config_type', by whose values the errors of the test part are also reported")
      .if_empty("none");
  add_read_keys(g);
  add_label_keys(g);
  g.key("graph_cache", &P::graph_cache,
        "storage of the neighbor graphs of a dataset in a file beside it, for later runs");
}

void add_convert(std::vector<Group>& groups) {
  using P = ConvertParameters;
  GroupBuilder<P> g(groups, "convert", &Input::convert,
                    "Structures with labels from files of many kinds to one dataset, for training and for lists of "
                    "structures.",
                    {"convert"});
  g.key("sources", &P::sources,
        "lists of structures, one after the other: files and folders of any kind in doc/datasets.md, and "
        "<prefix>.samples.h5 of calculation = 'ising'")
      .length(1, 100000)
      .required();
  g.key("format", &P::format, "format of the sources; 'auto': by name and content of each")
      .one_of({"auto", "xyz", "cif", "poscar", "xdatcar", "vasprun", "outcar", "dft_output", "res", "castep_cell",
               "lammps_data", "lammps_dump", "cif_folder", "csv", "json", "ising"});
  g.key("output", &P::output, "dataset file that is written").if_empty("<outdir>/<prefix>.dataset.h5").may_change();
  g.key("strict", &P::strict, "bad records as an error that ends the run, instead of leaving them out with a report")
      .may_change();
  g.key("id_key", &P::id_key, "column or key of the id").if_empty("id, material_id, entry_id, task_id, name, …");
  g.key("structure_key", &P::structure_key, "column or key of the structure, in CSV and JSON")
      .if_empty("structure, cif or the whole entry");
  g.key("species", &P::species, "elements of POSCARs without symbols, in the order of their counts")
      .length(1, 118)
      .if_empty("what the file has in its title or behind its atoms");
  g.key("properties", &P::properties, "columns or keys of properties that are kept").length(1, 10000).if_empty("all");
  g.key("units", &P::units, "units of properties, each 'name: unit', where the name alone does not state it")
      .length(1, 10000)
      .if_empty("the usual ones")
      .may_change();
  add_read_keys(g);
  add_label_keys(g);
  g.key("minimum_distance", &P::minimum_distance, "distance of two atoms below which a record is bad")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "no check");
}

}  // namespace

void add_dataset(std::vector<Group>& groups) {
  add_dataset_keys(groups);
  add_convert(groups);
}

}  // namespace spinel
