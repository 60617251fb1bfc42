#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "crystal/formats/labels.hpp"

namespace spinel {

/// Takes the members of JSON documents to a structure: to info what is a number, a logical, a short text (under 1000
/// bytes, in one line) or a stress or virial, as numbers one after the other; lists with a value of every atom to
/// force, magnetic_moment and charge, by the names of atom_label. The values must outlive finish().
class JsonLabels {
 public:
  JsonLabels(Structure& structure, const ReadOptions& options) : structure_(structure), options_(options) {}

  /// What texts stand for a value that is missing, besides null ("na" in JARVIS-DFT).
  void set_missing(std::string text) { missing_ = std::move(text); }

  /// A member. InputError for forces that are none.
  void add(const std::string& name, const nlohmann::json& value) { add(name, value, false); }
  /// A member of an object within the document: it counts where the document itself does not have the same.
  void add_nested(const std::string& name, const nlohmann::json& value) { add(name, value, true); }
  /// The lists that are labels, of several for one thing that of the most usual name.
  void finish();

 private:
  struct Choice {
    const nlohmann::json* list = nullptr;
    std::string name;
    int rank = 0;
  };

  void add(const std::string& name, const nlohmann::json& value, bool is_nested);
  void add_list(const std::string& name, const nlohmann::json& value, bool is_nested);
  void add_text(const std::string& name, std::string text, bool is_nested);
  void take_moments(const Choice& choice);
  void take_charges(const Choice& choice);

  Structure& structure_;
  const ReadOptions& options_;
  std::string missing_;
  std::array<Choice, 3> choice_;  // of forces, magnetic moments, charges
};

}  // namespace spinel
