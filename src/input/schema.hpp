#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/units.hpp"
#include "input/parameters.hpp"

namespace spinel {

/// A member of an Input, whatever its type.
using Member = std::variant<std::string*, std::int64_t*, double*, bool*, std::vector<std::string>*,
                            std::vector<std::int64_t>*, std::vector<double>*, std::vector<bool>*>;

/// What a restart does where a key has another value than when its checkpoint was written.
enum class AtRestart {
  frozen,    ///< an error: what is done belongs to the old value
  reported,  ///< goes on with the new value, and a NOTE reports it
  silent     ///< goes on with the new value: how long to run, what to write
};

/// All there is to know about one key; parsing, validation, help, doc/keywords.md and the echo have no other source.
/// Its type is that of the member and its default the member's initial value. The setters below describe it in
/// schema_groups.cpp.
struct Key {
  std::string group, name, help;
  std::function<Member(Input&)> member;
  bool is_required = false;                 ///< where the calculation uses the key
  std::string UnitSystem::*unit = nullptr;  ///< of the unit system in use …
  std::string fixed_unit;                   ///< … or the same in all
  std::optional<double> minimum, maximum;
  bool above_minimum = false;            ///< the minimum itself is excluded
  std::optional<double> special;         ///< a value outside the range that means something else …
  std::string special_meaning;           ///< … this; also shown for an empty list or string
  std::vector<std::string> choices;      ///< of a string or of each element of a list; empty: any
  std::string selector;                  ///< a key of the same group that has to be …
  std::vector<std::string> selected_by;  ///< … one of these where this key is given; empty: whatever it is
  std::size_t minimum_length = 0, maximum_length = 1000000;  ///< of a list
  std::optional<double> lj_default;                          ///< the default with units = 'lj', where it is another
  std::vector<std::string> calculations;                     ///< that use it; empty: those of its group
  AtRestart changed = AtRestart::frozen;                     ///< where the next three let it change
  std::vector<std::string> changes_for;                      ///< calculations with which it may; empty: all
  std::vector<std::string> frozen_for;                       ///< calculations with which it may not
  bool changes_for_one = false;                              ///< only where one structure is computed, not many

  Key& required() { return is_required = true, *this; }
  Key& in(std::string UnitSystem::*u) { return unit = u, *this; }
  Key& in(const char* u) { return fixed_unit = u, *this; }
  Key& at_least(double value) { return minimum = value, *this; }
  Key& above(double value) { return above_minimum = true, at_least(value); }
  Key& between(double low, double high) { return maximum = high, at_least(low); }
  Key& unless(double value, const char* meaning) { return special = value, special_meaning = meaning, *this; }
  Key& if_empty(const char* meaning) { return special_meaning = meaning, *this; }
  Key& one_of(std::vector<std::string> names) { return choices = std::move(names), *this; }
  Key& of(std::string key, std::vector<std::string> values) {
    return selector = std::move(key), selected_by = std::move(values), *this;
  }
  Key& length(std::size_t low, std::size_t high) { return minimum_length = low, maximum_length = high, *this; }
  Key& length(std::size_t n) { return length(n, n); }
  Key& lj(double value) { return lj_default = value, *this; }
  Key& only_for(std::vector<std::string> names) { return calculations = std::move(names), *this; }
  // At a restart; without one of these the key must not change.
  Key& may_change() { return changed = AtRestart::reported, *this; }
  Key& may_change_silently() { return changed = AtRestart::silent, *this; }
  Key& may_change_for(std::vector<std::string> names) { return changes_for = std::move(names), may_change(); }
  Key& may_change_unless(std::vector<std::string> names) { return frozen_for = std::move(names), may_change(); }
  Key& may_change_for_one_structure() { return changes_for_one = true, may_change(); }

  /// What a restart of this input does where the key has changed.
  AtRestart at_restart(const Input& now) const;
};

struct Group {
  std::string name, help;
  std::vector<std::string> calculations;  ///< that use it; empty: all
  std::vector<std::string> optional_for;  ///< those of them that use it only where it is given
  std::vector<Key> keys;
  // Of the calculation of the same name, where there is one.
  bool takes_many_structures = false;                      ///< always, each computed by itself
  std::function<bool(const Input&)> relaxes_structures{};  ///< empty: it never does

  bool used_by(const std::string& calculation) const;
  bool used_by(const std::string& calculation, const Key& key) const;
  /// Whether the calculation of this input uses it.
  bool used_in(const Input& input) const;
  const Key* find(const std::string& key) const;
};

/// Every group in the order of Input.
const std::vector<Group>& schema();
const Group* find_group(const std::string& name);

/// A calculation as help and messages need it; the table itself is task's.
struct CalculationHelp {
  std::string name, help;
  std::string example = {};  ///< file in input/ that is ready to run
};

/// Reads and validates a namelist file's text. `file` is its name in messages. Where `calculations` has rows,
/// &control calculation must be one of them. Throws InputError "file:line: &group key: what".
Input parse_input(const std::string& text, const std::string& file,
                  const std::vector<CalculationHelp>& calculations = {});

/// The same for a file with several calculations: each &control begins one, to which the groups behind it belong. What
/// one &control sets holds for those behind it too, but for calculation, title and prefix.
std::vector<Input> parse_inputs(const std::string& text, const std::string& file,
                                const std::vector<CalculationHelp>& calculations = {});

/// What no single key's range can check: throws InputError, with the line where input.locations knows it.
void validate(const Input& input);

/// Whether the calculation takes many structures, each computed by itself.
bool takes_many_structures(const Input& input);
/// Whether it relaxes structures by &relax.
bool relaxes_structures(const Input& input);

/// With relax = .true. in &generate: the input of the calculation = 'evaluate' that follows.
Input evaluation_of_generated(const Input& input);

/// Throws InputError "file:line: &group key: what" for a value that proved wrong outside this folder (a file that
/// does not exist, a grid that does not fit the ranks).
[[noreturn]] void fail_key(const Input& input, const std::string& group, const std::string& key,
                           const std::string& what);

/// All values as namelist text that parse_input reads back to the same Input; keys without a value are comments.
std::string echo(const Input& input);

/// The value of a key as it stands there; empty where it has none.
std::string key_text(const Input& input, const std::string& group, const std::string& key);

/// Help as plain text. Topic: "" (calculations and groups), a calculation, or a group ("&dynamics" or "dynamics").
/// Throws InputError for another.
std::string help_text(const std::string& topic, const std::vector<CalculationHelp>& calculations);

/// The content of doc/keywords.md.
std::string keywords_markdown();

}  // namespace spinel
