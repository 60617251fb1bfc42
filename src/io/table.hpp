#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/byte_stream.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "core/vec3.hpp"
#include "crystal/formats/text_file.hpp"
#include "io/result_file.hpp"

namespace spinel {

/// A field of a CSV file (RFC 4180): in quotes where it has to be.
std::string csv_field(const std::string& text);
/// "1.25", up to 10 digits; nothing for NaN.
std::string csv_field(double value);
/// "1.2500", so many digits after the point; "–" for NaN.
std::string shown_number(double value, int digits);

/// 0 … n − 1, as rows of a table over arrays, whose columns are each(array); the arrays must outlive it.
std::vector<std::size_t> places(std::size_t n);
template <class T>
auto each(const std::vector<T>& array) {
  return [&array](std::size_t place) { return array[place]; };
}

/// What there is to know of one value of a row: its name, unit and help, how to get it, and where it goes. Values are
/// numbers, booleans and enumerations (as int64), texts, and arrays, Vec3, Mat3 (row-major) and vectors of numbers, of
/// which those of every row have the same shape().
template <class Row>
class Column {
 public:
  Column(std::string name, std::string unit, std::string help)
      : name_(std::move(name)), label_{std::move(unit), std::move(help)} {}

  /// In CSV under another name, or as another text than its value.
  Column& csv_name(std::string name) { return csv_name_ = std::move(name), *this; }
  Column& csv(std::function<std::string(const Row&)> text) { return text_ = std::move(text), *this; }
  /// Values in internal units times this are in the unit of the column.
  Column& scaled(double factor) { return factor_ = factor, *this; }
  /// Of the vector of numbers of one row; none: a scalar, in a vector of one.
  Column& shape(std::vector<std::int64_t> dims) { return shape_ = std::move(dims), *this; }
  /// Without the condition there is no dataset, fields of CSV are empty, and nothing is printed.
  Column& where(bool known) { return is_known_ = known, *this; }
  Column& only_in_csv() { return in_file_ = false, *this; }
  Column& not_in_csv() { return in_csv_ = false, *this; }
  /// Only packed or printed.
  Column& in_no_file() { return in_csv_ = in_file_ = false, *this; }
  /// Printed under this title, behind which the unit comes; the other way, with text of its own, the title is as given.
  Column& shown(const std::string& title, int digits = 4) {
    digits_ = digits;
    return shown(label_.unit.empty() ? title : title + " (" + label_.unit + ")", cell_);
  }
  Column& shown(std::string title, std::function<std::string(const Row&)> text) {
    is_shown_ = true, title_ = std::move(title), cell_ = std::move(text);
    return *this;
  }

 private:
  template <class>
  friend class Table;

  std::string name_, csv_name_, title_;
  DataLabel label_;
  double factor_ = 1.0;
  int digits_ = 4;
  bool is_known_ = true, in_file_ = true, in_csv_ = true, is_shown_ = false;
  std::function<void(const Row&)> collect_;      // into values_
  std::function<std::string(const Row&)> text_;  // field of CSV
  std::function<std::string(const Row&)> cell_;  // printed
  std::function<void(const Row&, ByteWriter&)> pack_;
  std::function<void(Row&, ByteReader&)> unpack_;
  std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>> values_;
  std::vector<std::int64_t> shape_;  // of the value of one row; empty: a scalar
};

/// The columns of a kind of row, each described once: datasets of a result file, CSV, what is printed and bytes come
/// from it. Rows may be added one after the other, and only their values are kept.
///
///     Table<Result> table;
///     table.column("energy", "eV", "potential energy", &Result::energy).shown("E");
///     table.column("volume", "Å³", "", [](const Result& r) { return r.structure.volume(); });
///     table.write(file, "/structures", results);
///     log.line(table.text(results));
template <class Row>
class Table {
 public:
  /// A value that a row holds: also part of its bytes.
  template <class T, class Base, class = std::enable_if_t<std::is_base_of_v<Base, Row> && !std::is_function_v<T>>>
  Column<Row>& column(std::string name, std::string unit, std::string help, T Base::*member) {
    Column<Row>& c =
        column(std::move(name), std::move(unit), std::move(help), [member](const Row& row) { return row.*member; });
    c.pack_ = [member](const Row& row, ByteWriter& out) { put(out, row.*member); };
    c.unpack_ = [member](Row& row, ByteReader& in) { get(in, row.*member); };
    return c;
  }
  /// A value that is computed from a row.
  template <class Get, class = std::enable_if_t<std::is_class_v<Get>>>
  Column<Row>& column(std::string name, std::string unit, std::string help, Get value) {
    columns_.push_back(std::make_unique<Column<Row>>(std::move(name), std::move(unit), std::move(help)));
    Column<Row>& c = *columns_.back();
    using T = std::decay_t<std::invoke_result_t<Get, const Row&>>;
    if constexpr (std::is_convertible_v<T, std::string>) {
      c.values_ = std::vector<std::string>();
      c.collect_ = [&c, value](const Row& row) { std::get<2>(c.values_).emplace_back(value(row)); };
      c.text_ = [value](const Row& row) { return csv_field(std::string(value(row))); };
      c.cell_ = [value](const Row& row) { return std::string(value(row)); };
    } else if constexpr (std::is_floating_point_v<T>) {
      c.values_ = std::vector<double>();
      c.collect_ = [&c, value](const Row& row) { std::get<1>(c.values_).push_back(value(row) * c.factor_); };
      c.text_ = [&c, value](const Row& row) { return csv_field(value(row) * c.factor_); };
      c.cell_ = [&c, value](const Row& row) { return shown_number(value(row) * c.factor_, c.digits_); };
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      c.values_ = std::vector<std::int64_t>();
      c.collect_ = [&c, value](const Row& row) {
        std::get<0>(c.values_).push_back(static_cast<std::int64_t>(value(row)));
      };
      c.text_ = [value](const Row& row) { return std::to_string(static_cast<std::int64_t>(value(row))); };
      c.cell_ = [value](const Row& row) { return grouped(static_cast<std::int64_t>(value(row))); };
    } else {
      c.values_ = std::vector<double>();
      c.shape_ = shape_of(static_cast<const T*>(nullptr));
      c.in_csv_ = false;
      c.collect_ = [&c, value](const Row& row) { append(value(row), c.factor_, std::get<1>(c.values_)); };
    }
    return c;
  }

  void add(const Row& row) {
    for (auto& c : columns_)
      if (c->is_known_ && c->in_file_) c->collect_(row);
    ++size_;
  }
  std::int64_t size() const { return size_; }

  /// `group`/name of every column, the rows added so far, which are given away.
  void write(ResultFile& file, const std::string& group) {
    for (auto& c : columns_) {
      if (!c->is_known_ || !c->in_file_) continue;
      const std::string path = group + "/" + c->name_;
      std::vector<std::int64_t> dims = c->shape_;
      if (!dims.empty()) dims.insert(dims.begin(), size_);
      if (auto* texts = std::get_if<std::vector<std::string>>(&c->values_))
        file.write_texts(path, std::move(*texts), c->label_.description);
      else if (auto* integers = std::get_if<std::vector<std::int64_t>>(&c->values_))
        file.write(path, std::move(*integers), c->label_, std::move(dims));
      else
        file.write(path, std::move(std::get<std::vector<double>>(c->values_)), c->label_, std::move(dims));
    }
  }

  /// The same of all rows at once.
  template <class Rows>
  void write(ResultFile& file, const std::string& group, const Rows& rows) {
    for (const auto& row : rows) add(row);
    write(file, group);
  }

  /// The columns that are shown, to be printed.
  template <class Rows>
  std::string text(const Rows& rows) const {
    const auto for_shown = [&](const auto& cell) {
      std::vector<std::string> cells;
      for (const auto& c : columns_)
        if (c->is_shown_ && c->is_known_) cells.push_back(cell(*c));
      return cells;
    };
    TextTable table(for_shown([](const Column<Row>& c) { return c.title_; }));
    for (const auto& row : rows) table.add(for_shown([&row](const Column<Row>& c) { return c.cell_(row); }));
    return table.text();
  }

  /// A line of titles, and a line of each row as it is given.
  std::string csv_titles() const {
    std::string line;
    for (const auto& c : columns_)
      if (c->in_csv_) line += (line.empty() ? "" : ",") + csv_field(c->csv_name_.empty() ? c->name_ : c->csv_name_);
    return line;
  }
  std::string csv_line(const Row& row) const {
    std::string line;
    bool first = true;
    for (const auto& c : columns_) {
      if (!c->in_csv_) continue;
      if (!std::exchange(first, false)) line += ',';
      if (c->is_known_) line += c->text_(row);
    }
    return line;
  }
  /// All rows to a file.
  template <class Rows>
  void write_csv(const std::string& path, const Rows& rows) const {
    TextWriter out(path);
    out.write("{}\n", csv_titles());
    for (const auto& row : rows) out.write("{}\n", csv_line(row));
    out.close();
  }

  /// The values that rows hold, in the order of the columns.
  void pack(const Row& row, ByteWriter& out) const {
    for (const auto& c : columns_)
      if (c->pack_) c->pack_(row, out);
  }
  void unpack(ByteReader& in, Row& row) const {
    for (const auto& c : columns_)
      if (c->unpack_) c->unpack_(row, in);
  }

 private:
  static std::vector<std::int64_t> shape_of(const Vec3*) { return {3}; }
  static std::vector<std::int64_t> shape_of(const Mat3*) { return {3, 3}; }
  static std::vector<std::int64_t> shape_of(const std::vector<double>*) { return {}; }
  template <std::size_t n>
  static std::vector<std::int64_t> shape_of(const std::array<double, n>*) {
    return {static_cast<std::int64_t>(n)};
  }
  static void append(const Mat3& m, double factor, std::vector<double>& to) {
    for (int i = 0; i < 9; ++i) to.push_back(m(i / 3, i % 3) * factor);
  }
  template <class List>
  static void append(const List& list, double factor, std::vector<double>& to) {
    for (const double value : list) to.push_back(value * factor);
  }
  template <class T>
  static void put(ByteWriter& out, const T& value) {
    out.put(value);
  }
  template <std::size_t n>
  static void put(ByteWriter& out, const std::array<double, n>& values) {
    for (const double value : values) out.put(value);
  }
  template <class T>
  static void get(ByteReader& in, T& value) {
    in.get(value);
  }
  template <std::size_t n>
  static void get(ByteReader& in, std::array<double, n>& values) {
    for (double& value : values) in.get(value);
  }

  std::vector<std::unique_ptr<Column<Row>>> columns_;  // their places do not change: what collects refers to them
  std::int64_t size_ = 0;
};

}  // namespace spinel
