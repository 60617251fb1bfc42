#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "input/namelist.hpp"
#include "input/schema.hpp"
#include "input/value.hpp"

namespace spinel {

namespace {

std::vector<std::string> names_of_groups() {
  std::vector<std::string> names;
  for (const auto& group : schema()) names.push_back(group.name);
  return names;
}

std::vector<std::string> names_of_keys(const Group& group) {
  std::vector<std::string> names;
  for (const auto& key : group.keys) names.push_back(key.name);
  return names;
}

std::string shortened(const std::string& text) { return text.size() > 64 ? text.substr(0, 64) + "…" : text; }

std::string did_you_mean(const std::string& name, const std::vector<std::string>& candidates) {
  const auto nearest = nearest_match(name, candidates);
  return nearest ? "; did you mean '" + *nearest + "'?" : "";
}

/// Values of one key of one file.
class KeyReader {
 public:
  KeyReader(const Key& key, Input& input, const std::string& file)
      : key_(key), member_(key.member(input)), file_(file) {}

  void read(const NamelistEntry& entry) {
    std::visit([&](auto* target) { store(entry, *target); }, member_);
    if (first_line_ == 0) first_line_ = entry.line;
    whole_ = whole_ || entry.index == 0;
  }

  /// After the last entry: no gaps in a list given element by element.
  void finish() const {
    for (std::size_t k = default_size_; k < given_.size(); ++k)
      if (given_[k] == 0) error(first_line_, fmt::format("element {} of the list is not given", k + 1));
    std::visit(
        [&](const auto* value) {
          if constexpr (is_list<decltype(*value)>) check_length(value->size(), first_line_);
        },
        member_);
  }

 private:
  template <class T>
  static constexpr bool is_list =
      !std::is_arithmetic_v<std::decay_t<T>> && !std::is_same_v<std::decay_t<T>, std::string>;

  [[noreturn]] void error(int line, const std::string& what) const {
    throw InputError(input_label(file_, line, key_.group, key_.name) + what);
  }

  [[noreturn]] void duplicate(int line) const {
    error(line, fmt::format("given twice, first on line {}", first_line_));
  }

  template <class T>
  void store(const NamelistEntry& entry, T& target) {
    if constexpr (is_list<T>) {
      store_list(entry, target);
    } else {
      if (first_line_ > 0) duplicate(entry.line);
      if (entry.index > 0) error(entry.line, "takes one value and no index");
      if (entry.values.size() > 1 || entry.values[0].repeat > 1)
        error(entry.line, fmt::format("takes one value, {} were given", count(entry)));
      target = convert<T>(entry.values[0]);
    }
  }

  template <class T>
  void store_list(const NamelistEntry& entry, std::vector<T>& target) {
    if (first_line_ > 0 && (whole_ || entry.index == 0)) duplicate(entry.line);
    const std::int64_t n = count(entry);
    if (entry.index == 0) {
      check_length(static_cast<std::size_t>(n), entry.line);
      target.clear();
      for (const auto& value : entry.values)
        target.insert(target.end(), static_cast<std::size_t>(value.repeat), convert<T>(value));
      return;
    }
    if (first_line_ == 0) {
      default_size_ = target.size();
      given_.assign(default_size_, 0);
    }
    const std::int64_t last = entry.index + n - 1;
    if (last > static_cast<std::int64_t>(key_.maximum_length))
      error(entry.line, fmt::format("element {} is beyond the end; the list has {}", last, length_words()));
    auto at = static_cast<std::size_t>(entry.index - 1);
    if (static_cast<std::size_t>(last) > target.size()) {
      target.resize(static_cast<std::size_t>(last));
      given_.resize(static_cast<std::size_t>(last), 0);
    }
    for (const auto& value : entry.values)
      for (std::int64_t r = 0; r < value.repeat; ++r, ++at) {
        if (given_[at] > 0)
          error(value.line, fmt::format("element {} given twice, first on line {}", at + 1, given_[at]));
        given_[at] = value.line;
        target[at] = convert<T>(value);
      }
  }

  static std::int64_t count(const NamelistEntry& entry) {
    // Repeat counts are at most max_repeat each; their sum is kept from overflowing by the length of any file.
    std::int64_t n = 0;
    for (const auto& value : entry.values) n += value.repeat;
    return n;
  }

  std::string length_words() const {
    const auto values = [](std::size_t n) { return fmt::format("{} value{}", n, n == 1 ? "" : "s"); };
    if (key_.minimum_length == key_.maximum_length) return values(key_.maximum_length);
    return fmt::format("{} to {}", key_.minimum_length, values(key_.maximum_length));
  }

  void check_length(std::size_t n, int line) const {
    if (n < key_.minimum_length || n > key_.maximum_length)
      error(line, fmt::format("takes {}, {} given", length_words(), n == 1 ? "1 was" : fmt::format("{} were", n)));
  }

  template <class T>
  T convert(const NamelistValue& value) const {
    const auto checked = [&](auto conversion) {
      if (value.quoted || !conversion.value)
        error(value.line, fmt::format("{}, found {}{}", value.quoted ? plain_expected<T>() : conversion.expected,
                                      shortened(value.text), value.quoted ? " in quotes" : ""));
      return *conversion.value;
    };
    if constexpr (std::is_same_v<T, bool>) {
      return checked(to_logical(value.text));
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!value.quoted)
        error(value.line, fmt::format("expected a string in quotes, found {0}; write '{0}'", shortened(value.text)));
      if (!key_.choices.empty() &&
          std::find(key_.choices.begin(), key_.choices.end(), value.text) == key_.choices.end())
        error(value.line, fmt::format("'{}' is not one of {}{}", shortened(value.text), quoted_list(key_.choices),
                                      did_you_mean(value.text, key_.choices)));
      return value.text;
    } else {
      T number;
      if constexpr (std::is_same_v<T, double>)
        number = checked(to_real(value.text));
      else
        number = checked(to_integer(value.text));
      check_range(static_cast<double>(number), value);
      return number;
    }
  }

  template <class T>
  static std::string plain_expected() {
    if (std::is_same_v<T, bool>) return "expected .true. or .false.";
    return std::is_same_v<T, double> ? "expected a real number" : "expected an integer";
  }

  void check_range(double number, const NamelistValue& value) const {
    if (key_.special && number == *key_.special) return;
    const bool low = key_.minimum && (key_.above_minimum ? !(number > *key_.minimum) : !(number >= *key_.minimum));
    const bool high = key_.maximum && !(number <= *key_.maximum);
    if (low || high)
      error(value.line, fmt::format("{} is out of range, allowed: {}", shortened(value.text), range_text(key_)));
  }

  const Key& key_;
  Member member_;
  const std::string& file_;
  int first_line_ = 0;
  bool whole_ = false;  // given without an index
  std::size_t default_size_ = 0;
  std::vector<int> given_;  // [element] line that gave it, 0: none
};

[[noreturn]] void unknown_key(const Namelist& file, const Group& group, const NamelistEntry& entry) {
  std::string hint;
  for (const auto& other : schema())
    if (other.find(entry.key)) hint = "; it belongs to &" + other.name;
  if (hint.empty()) hint = did_you_mean(entry.key, names_of_keys(group));
  if (hint.empty()) hint = "; 'spinel --help " + group.name + "' lists the keys of this group";
  throw InputError(input_label(file.file, entry.line, group.name, entry.key) + "unknown key" + hint);
}

void read_group(const Namelist& file, const NamelistGroup& from, Input& input) {
  const Group* group = find_group(from.name);
  if (!group) {
    const auto nearest = nearest_match(from.name, names_of_groups());
    std::string all;
    for (const auto& name : names_of_groups()) all += (all.empty() ? "&" : ", &") + name;
    throw InputError(input_label(file.file, from.line, from.name, "") + "unknown group; " +
                     (nearest ? "did you mean &" + *nearest + "?" : "the groups are " + all));
  }
  auto& lines = input.locations.line;
  if (const auto [first, is_new] = lines.insert({{from.name, ""}, from.line}); !is_new)
    throw InputError(input_label(file.file, from.line, from.name, "") +
                     fmt::format("group given twice, first on line {}", first->second));
  std::map<std::string, KeyReader> readers;
  for (const auto& entry : from.entries) {
    const Key* key = group->find(entry.key);
    if (!key) unknown_key(file, *group, entry);
    lines.insert({{from.name, entry.key}, entry.line});
    readers.try_emplace(entry.key, *key, input, file.file).first->second.read(entry);
  }
  for (const auto& [name, reader] : readers) reader.finish();
}

void check_calculation(const Input& input, const std::vector<CalculationHelp>& calculations) {
  const auto& name = input.control.calculation;
  if (name.empty()) fail_key(input, "control", "calculation", "missing, it is required");
  if (calculations.empty()) return;
  std::vector<std::string> names;
  for (const auto& row : calculations) names.push_back(row.name);
  if (std::find(names.begin(), names.end(), name) == names.end())
    fail_key(input, "control", "calculation",
             fmt::format("'{}' is not one of {}{}", shortened(name), quoted_list(names), did_you_mean(name, names)));
}

/// `input` as it is before its groups are read.
Input parse_groups(const Namelist& namelist, const NamelistGroup* begin, const NamelistGroup* end, Input input,
                   const std::vector<CalculationHelp>& calculations) {
  input.locations.file = namelist.file;
  const bool is_last = end == namelist.groups.data() + namelist.groups.size();
  input.locations.last_line = is_last ? namelist.last_line : end->line - 1;
  for (const NamelistGroup* group = begin; group != end; ++group) read_group(namelist, *group, input);
  check_calculation(input, calculations);

  const auto& lines = input.locations.line;
  for (const auto& group : schema())
    for (const auto& key : group.keys) {
      const bool given = lines.count({group.name, key.name}) > 0;
      if (!given && key.lj_default && input.control.units == "lj")
        *std::get<double*>(key.member(input)) = *key.lj_default;
      if (!given && key.is_required && group.used_in(input) && group.used_by(input.control.calculation, key))
        fail_key(input, group.name, key.name,
                 fmt::format("missing, it is required by calculation = '{}'", shortened(input.control.calculation)));
    }
  validate(input);
  return input;
}

/// What the calculation after `earlier` begins with.
Input following(const Input& earlier) {
  const ControlParameters plain;
  Input input;
  input.control = earlier.control;
  input.control.calculation = plain.calculation;
  input.control.title = plain.title;
  input.control.prefix = plain.prefix;
  return input;
}

void check_prefix(const Input& input, const std::vector<Input>& earlier) {
  const ControlParameters& own = input.control;
  for (const Input& other : earlier)
    if (other.control.prefix == own.prefix && other.control.outdir == own.outdir)
      fail_key(input, "control", "prefix",
               fmt::format("'{}' is that of the calculation on line {} too: each needs files of its own", own.prefix,
                           other.locations.line.at({"control", ""})));
}

}  // namespace

Input parse_input(const std::string& text, const std::string& file, const std::vector<CalculationHelp>& calculations) {
  const Namelist namelist = parse_namelist(text, file);
  const NamelistGroup* begin = namelist.groups.data();
  return parse_groups(namelist, begin, begin + namelist.groups.size(), {}, calculations);
}

std::vector<Input> parse_inputs(const std::string& text, const std::string& file,
                                const std::vector<CalculationHelp>& calculations) {
  const Namelist namelist = parse_namelist(text, file);
  const NamelistGroup* const all = namelist.groups.data();
  const NamelistGroup* const end = all + namelist.groups.size();
  const auto is_control = [](const NamelistGroup& group) { return group.name == "control"; };
  // With one calculation its groups come in any order.
  if (std::count_if(all, end, is_control) < 2) return {parse_groups(namelist, all, end, {}, calculations)};
  if (!is_control(*all))
    throw InputError(input_label(file, all->line, all->name, "") +
                     "stands before the first &control; of several calculations each begins with its &control");
  std::vector<Input> inputs;
  for (const NamelistGroup* begin = all; begin != end;) {
    const NamelistGroup* next = std::find_if(begin + 1, end, is_control);
    inputs.push_back(
        parse_groups(namelist, begin, next, inputs.empty() ? Input() : following(inputs.back()), calculations));
    check_prefix(inputs.back(), {inputs.begin(), inputs.end() - 1});
    begin = next;
  }
  return inputs;
}

}  // namespace spinel
