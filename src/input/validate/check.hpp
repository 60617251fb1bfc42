#pragma once

#include "core/error.hpp"
#include "input/schema.hpp"

namespace spinel {

/// Throws where `wrong` holds: "file:line: &group key: what".
class Check {
 public:
  Check(const Input& input, const char* group) : input_(input), group_(group) {}
  template <class... Args>
  void operator()(bool wrong, const char* key, fmt::format_string<Args...> format, Args&&... args) const {
    if (wrong) fail_key(input_, group_, key, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const Input& input_;
  const char* group_;
};

/// Keys of ReadParameters.
void check_type_map(const Check& check, const ReadParameters& parameters);

/// Whether one of the names is "".
bool has_empty(const std::vector<std::string>& names);

/// The first name that came before; empty: none did.
std::string repeated(const std::vector<std::string>& names);

/// Keys of a group that are given although another key has not chosen them (Key::of): throws as Check does.
void check_selected_keys(const Input& input, const std::string& group);

// What must hold between the keys of a group, and with those of others: InputError where it does not.
void check_potential_keys(const Input& input);   ///< validate_potential.cpp
void check_oracle_keys(const Input& input);      ///< validate_potential.cpp
void check_serve_keys(const Input& input);       ///< validate_potential.cpp
void check_ising(const Input& input);            ///< validate_ising.cpp
void check_phase(const Input& input);            ///< validate_ising.cpp
void check_hull_keys(const Input& input);        ///< validate_stability.cpp
void check_dataset(const Input& input);          ///< validate_dataset.cpp
void check_convert(const Input& input);          ///< validate_dataset.cpp
void check_query_keys(const Input& input);       ///< validate_query.cpp
void check_model_keys(const Input& input);       ///< validate_model.cpp
void check_train_keys(const Input& input);       ///< validate_train.cpp
void check_generate_keys(const Input& input);    ///< validate_generate.cpp
void check_vectors(const Input& input);          ///< validate_density.cpp
void check_likelihood_keys(const Input& input);  ///< validate_density.cpp
void check_encode_keys(const Input& input);      ///< validate_density.cpp
void check_predict_keys(const Input& input);     ///< validate_predict.cpp
void check_evaluate_keys(const Input& input);    ///< validate_evaluate.cpp
void check_measures_keys(const Input& input);    ///< validate_measures.cpp
void check_propose_keys(const Input& input);     ///< validate_propose.cpp
void check_optimize_keys(const Input& input);    ///< validate_bayes.cpp
void check_discover_keys(const Input& input);    ///< validate_discover.cpp

}  // namespace spinel
