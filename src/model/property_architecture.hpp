#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// What a model of crystal properties is built from: the JSON text `architecture` of its model file (doc/models.md),
/// read and checked. Names of the keys are in brackets.
struct CgcnnArchitecture {
  std::int64_t width = 64;          ///< of atoms [atom_fea_len]
  std::int64_t n_convolutions = 3;  ///< [n_conv]
  std::int64_t hidden_width = 128;  ///< of a crystal [h_fea_len]
  std::int64_t n_hidden = 1;        ///< layers of that width [n_h]
  std::int64_t n_features = 0;      ///< columns of the table of element features; 0: a learned row an element instead
                                    ///< [orig_atom_fea_len: that, or the number of elements; element_embedding]
  double radius = 8.0;              ///< Å [radius]
  std::int64_t max_neighbors = 12;  ///< the nearest ones; 0: all within the radius [max_num_nbr]
  std::int64_t n_gaussians = 41;    ///< [nbr_fea_len]; centers gaussian_min + k·gaussian_step
  double gaussian_min = 0.0;        ///< Å
  double gaussian_step = 0.2;       ///< Å
  double gaussian_width = 0.2;      ///< Å: exp(−(d − center)²/width²)
};

struct MlpArchitecture {
  std::vector<std::int64_t> widths = {256, 128, 64};  ///< of the hidden layers [hidden]
  std::string activation = "silu";                    ///< silu | relu
  bool fractions = true;                              ///< of every element: inputs [composition_fractions]
  bool statistics = true;                             ///< of the elements' properties: inputs [composition_statistics]
  std::vector<std::string> descriptors;               ///< scalars of the data set that are inputs after those

  /// Inputs of the first layer, for so many elements.
  std::int64_t n_inputs(std::size_t n_elements) const;
};

struct PropertyArchitecture {
  std::string kind = "cgcnn";  ///< cgcnn | mlp
  std::string task = "regression";
  std::string property, unit;    ///< what it predicts and in what
  std::int64_t n_classes = 2;    ///< with task = 'classification'
  double mean = 0.0, std = 1.0;  ///< value = std · output + mean, with task = 'regression' [data_mean, data_std]
  /// [element] added to that for the crystal's atoms, their mean where the property is one per atom, else their sum;
  /// empty: nothing [element_references, references_per_atom]
  std::vector<double> references;
  bool references_per_atom = true;
  std::vector<std::string> elements;  ///< that it knows, in the order of its tables [element_types]
  CgcnnArchitecture cgcnn;            ///< with kind = 'cgcnn'
  MlpArchitecture mlp;                ///< with kind = 'mlp'

  bool is_classifier() const { return task == "classification"; }
  /// Numbers the network returns for a crystal: 1, or one for each class.
  std::int64_t n_outputs() const { return is_classifier() ? n_classes : 1; }
  /// What `references` add for a crystal; `place`: [atom] of its element.
  double reference(const std::int32_t* place, std::size_t n_atoms) const;
};

/// Reads the JSON text; `path` is its model file in messages. InputError where a key is missing or out of range, or it
/// is of another kind.
PropertyArchitecture parse_property_architecture(const std::string& text, const std::string& path);
/// The text that parse_property_architecture reads back to the same.
std::string to_json(const PropertyArchitecture& architecture);
/// "H", "He", … up to atomic number 100: the elements of a new model.
std::vector<std::string> common_elements();

}  // namespace spinel
