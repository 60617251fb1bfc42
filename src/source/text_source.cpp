#include <filesystem>

#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/structure_format.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "source/file_text.hpp"
#include "source/formats.hpp"

namespace spinel {

namespace {

/// A text file with structures one after the other.
class TextSource final : public StructureSource {
 public:
  TextSource(const std::string& path, const StructureFormat& format, const SourceOptions& options,
             const Communicator& communicator)
      : StructureSource(options), format_(&format), text_(path, communicator) {
    on_root(communicator, [&] {
      LineReader lines = text_.lines();
      index_ = format.index(lines);
    });
    pieces_ = SharedArray<TextPiece>::from_root(communicator, index_.pieces);
    index_.pieces.clear();
    communicator.broadcast(index_.header);
    broadcast_texts(communicator, index_.names);
  }

  std::string kind() const override { return format_->name; }
  std::int64_t size() const override { return static_cast<std::int64_t>(pieces_.size()); }
  std::string name(std::int64_t i) const override {
    const std::string file = std::filesystem::path(text_.path()).filename().string();
    return size() == 1 && format_->names_file ? file : fmt::format("{} {} {}", file, format_->record, i);
  }
  // Lines of atoms are about as long as each other.
  double cost(std::int64_t i) const override { return static_cast<double>(piece(i).size); }
  std::string default_id(std::int64_t i) override {
    return name_of_record(text_.path(), *format_, index_.names, size(), i);
  }
  Structure read(std::int64_t i) override {
    const TextPiece& at = piece(i);
    LineReader lines(text_.read(at.offset, at.size), text_.path(), at.lines_before);
    Structure structure = format_->read(index_.header, lines, options_.read);
    if (options_.file_ids) name_record(structure, *format_, default_id(i));
    return structure;
  }
  void close() override { text_.close(); }
  std::uint64_t fingerprint() const override { return text_.fingerprint(); }

 private:
  const TextPiece& piece(std::int64_t i) const { return pieces_[static_cast<std::size_t>(i)]; }

  const StructureFormat* format_;
  FileText text_;
  StructureIndex index_;  // its pieces are shared
  SharedArray<TextPiece> pieces_;
};

}  // namespace

std::string name_of_record(const std::string& path, const StructureFormat& format,
                           const std::vector<std::string>& names, std::int64_t size, std::int64_t i) {
  if (size == 1 && format.names_file) return stem_of(path);
  const auto k = static_cast<std::size_t>(i);
  if (k < names.size() && !names[k].empty()) return names[k];
  return fmt::format("{}-{}", stem_of(path), i);
}

void name_record(Structure& structure, const StructureFormat& format, const std::string& id) {
  if (!format.names_file) return;
  structure.info.erase("data_block");
  structure.info.erase("comment");
  structure.info["id"] = id;
}

SourcePointer open_text(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  const StructureFormat* given = structure_format_named(options.format);
  const StructureFormat* format = given != nullptr ? given : structure_format(path);
  return std::make_shared<TextSource>(path, *format, options, communicator);
}

}  // namespace spinel
