#include <filesystem>

#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json_records.hpp"
#include "io/dataset/dataset_records.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "source/file_text.hpp"
#include "source/formats.hpp"

namespace spinel {

namespace {

/// A record and the key by which the document has it (size 0: none), as places in the text.
struct JsonPiece {
  std::int64_t offset, size, key_offset, key_size;
};

class JsonSource final : public StructureSource {
 public:
  JsonSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), text_(path, communicator) {
    json_.structure_key = options.structure_key;
    json_.id_keys = options.id_key.empty() ? dataset_id_keys() : std::vector<std::string>{options.id_key};
    json_.allow_labels = options.allow_labels;
    std::vector<JsonPiece> records;
    on_root(communicator, [&] { records = find_records(); });
    communicator.broadcast(kind_);
    broadcast_texts(communicator, json_columns_);
    records_ = SharedArray<JsonPiece>::from_root(communicator, records);
  }

  std::string kind() const override { return kind_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }
  std::string name(std::int64_t i) const override {
    return fmt::format("{} record {}", std::filesystem::path(text_.path()).filename().string(), i);
  }
  double cost(std::int64_t i) const override { return static_cast<double>(record(i).size); }
  std::string default_id(std::int64_t i) override {
    if (i != last_) {
      try {
        read(i);
      } catch (const InputError&) {
        // Its identifier may be there all the same.
      }
    }
    if (!last_id_.empty()) return last_id_;
    const JsonPiece& at = record(i);
    if (at.key_size > 0) return std::string(text_.read(at.key_offset, at.key_size));
    return fmt::format("{}-{}", stem_of(text_.path()), i);
  }
  Structure read(std::int64_t i) override {
    const JsonPiece& at = record(i);
    last_ = i;
    return structure_from_json(text_.read(at.offset, at.size), json_columns_, json_,
                               fmt::format("{} record {}", text_.path(), i), last_id_);
  }
  void close() override { text_.close(); }
  std::uint64_t fingerprint() const override { return text_.fingerprint(); }

 private:
  /// On one rank.
  std::vector<JsonPiece> find_records() {
    const std::string_view text = text_.whole();
    JsonRecords found;
    try {
      found = find_json_records(text, json_, is_json_lines_name(text_.path()));
    } catch (const InputError& error) {
      fail_input("{}: {}", text_.path(), error.what());
    }
    kind_ = found.kind;
    json_columns_ = found.columns;
    std::vector<JsonPiece> records;
    records.reserve(found.items.size());
    for (const JsonItem& item : found.items) {
      const auto offset = [&](std::string_view part) { return part.empty() ? 0 : part.data() - text.data(); };
      records.push_back({offset(item.text), static_cast<std::int64_t>(item.text.size()), offset(item.key),
                         static_cast<std::int64_t>(item.key.size())});
    }
    text_.release();
    return records;
  }
  const JsonPiece& record(std::int64_t i) const { return records_[static_cast<std::size_t>(i)]; }

  FileText text_;
  JsonOptions json_;
  std::string kind_;
  std::vector<std::string> json_columns_;
  SharedArray<JsonPiece> records_;
  std::int64_t last_ = -1;  // the record read last, and the identifier it has
  std::string last_id_;
};

}  // namespace

SourcePointer open_json(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<JsonSource>(path, options, communicator);
}

}  // namespace spinel
