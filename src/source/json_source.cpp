#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json/json_records.hpp"
#include "io/dataset/dataset_records.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "source/file_text.hpp"
#include "source/formats.hpp"

namespace spinel {

namespace {

/// A part of the text; size 0: there is none.
struct JsonPlace {
  std::int64_t offset, size;
};

class JsonSource final : public StructureSource {
 public:
  JsonSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), text_(path, communicator) {
    json_.structure_key = options.structure_key;
    json_.id_keys = options.id_key.empty() ? dataset_id_keys() : std::vector<std::string>{options.id_key};
    json_.read = options.read;
    std::vector<JsonPlace> places;
    on_root(communicator, [&] { places = find_places(); });
    communicator.broadcast(kind_);
    communicator.broadcast(&cells_, 1);
    communicator.broadcast(&keys_are_ids_, 1);
    broadcast_texts(communicator, json_columns_);
    places_ = SharedArray<JsonPlace>::from_root(communicator, places);
  }

  std::string kind() const override { return kind_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(places_.size()) / per_record(); }
  std::string name(std::int64_t i) const override {
    return fmt::format("{} record {}", std::filesystem::path(text_.path()).filename().string(), i);
  }
  double cost(std::int64_t i) const override {
    double bytes = 0.0;
    for (std::int64_t c = 0; c + 1 < per_record(); ++c) bytes += static_cast<double>(place(i, c).size);
    return bytes;
  }
  std::string default_id(std::int64_t i) override {
    if (keys_are_ids_ == 1) return key(i);
    if (i != last_) {
      try {
        read(i);
      } catch (const InputError&) {
        // Its identifier may be there all the same.
      }
    }
    if (!last_id_.empty()) return last_id_;
    std::string own = key(i);
    return own.empty() ? fmt::format("{}-{}", stem_of(text_.path()), i) : own;
  }
  Structure read(std::int64_t i) override {
    last_ = i;
    const std::string where = fmt::format("{} record {}", text_.path(), i);
    if (cells_ > 0) return structure_from_json(row(i), json_columns_, json_, where, last_id_);
    const JsonPlace& at = place(i, 0);
    Structure structure = structure_from_json(text_.read(at.offset, at.size), json_columns_, json_, where, last_id_);
    if (keys_are_ids_ == 1) structure.info["id"] = key(i);
    return structure;
  }
  void close() override { text_.close(); }
  std::uint64_t fingerprint() const override { return text_.fingerprint(); }

 private:
  /// On one rank.
  std::vector<JsonPlace> find_places() {
    const std::string_view text = text_.whole();
    JsonRecords found;
    try {
      found = find_json_records(text, json_, is_json_lines_name(text_.path()));
    } catch (const InputError& error) {
      fail_input("{}: {}", text_.path(), error.what());
    }
    kind_ = found.kind;
    json_columns_ = found.columns;
    cells_ = static_cast<std::int64_t>(found.cells);
    keys_are_ids_ = found.keys_are_ids && options_.id_key.empty() ? 1 : 0;
    const auto place_of = [&](std::string_view part) {
      return JsonPlace{part.empty() ? 0 : part.data() - text.data(), static_cast<std::int64_t>(part.size())};
    };
    const auto n = static_cast<std::size_t>(per_record() - 1);
    std::vector<JsonPlace> places;
    places.reserve(found.size() * (n + 1));
    for (std::size_t i = 0; i + n <= found.items.size(); i += n) {
      for (std::size_t c = 0; c < n; ++c) places.push_back(place_of(found.items[i + c].text));
      places.push_back(place_of(found.items[i].key));
    }
    text_.release();
    return places;
  }

  /// Places of a record: its text, or that of each cell, and last the key by which the document has it.
  std::int64_t per_record() const { return std::max<std::int64_t>(cells_, 1) + 1; }
  const JsonPlace& place(std::int64_t i, std::int64_t part) const {
    return places_[static_cast<std::size_t>(i * per_record() + part)];
  }
  std::string key(std::int64_t i) {
    const JsonPlace& at = place(i, per_record() - 1);
    return at.size == 0 ? "" : plain_json_key(text_.read(at.offset, at.size));
  }
  /// Of a table by columns.
  std::string row(std::int64_t i) {
    std::vector<std::string> cells;
    for (std::int64_t c = 0; c < cells_; ++c) cells.emplace_back(text_.read(place(i, c).offset, place(i, c).size));
    return json_row({cells.begin(), cells.end()});
  }

  FileText text_;
  JsonOptions json_;
  std::string kind_;
  std::vector<std::string> json_columns_;
  std::int64_t cells_ = 0;         // as JsonRecords has it
  std::int64_t keys_are_ids_ = 0;  // 1: they are
  SharedArray<JsonPlace> places_;
  std::int64_t last_ = -1;  // the record read last, and the identifier it has
  std::string last_id_;
};

}  // namespace

SourcePointer open_json(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<JsonSource>(path, options, communicator);
}

}  // namespace spinel
