#include <filesystem>

#include "core/error.hpp"
#include "crystal/formats/extended_xyz.hpp"
#include "crystal/formats/file_name.hpp"
#include "parallel/on_root.hpp"
#include "source/file_text.hpp"
#include "source/formats.hpp"
#include "source/xyz_index.hpp"

namespace spinel {

namespace {

class XyzSource final : public StructureSource {
 public:
  XyzSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), text_(path, communicator) {
    std::vector<TextPiece> frames;
    on_root(communicator, [&] { frames = index_xyz(text_.lines()); });
    frames_ = SharedArray<TextPiece>::from_root(communicator, frames);
  }

  std::string kind() const override { return "extended XYZ"; }
  std::int64_t size() const override { return static_cast<std::int64_t>(frames_.size()); }
  std::string name(std::int64_t i) const override {
    return fmt::format("{} frame {}", std::filesystem::path(text_.path()).filename().string(), i);
  }
  // Lines of atoms are about as long as each other.
  double cost(std::int64_t i) const override { return static_cast<double>(frame(i).size); }
  std::string default_id(std::int64_t i) override { return fmt::format("{}-{}", stem_of(text_.path()), i); }
  Structure read(std::int64_t i) override {
    const TextPiece& at = frame(i);
    XyzReader reader(text_.read(at.offset, at.size), text_.path(), options_.allow_labels, at.lines_before);
    Structure structure;
    if (!reader.next(structure)) fail("{} changed while it was read", text_.path());
    return structure;
  }
  void close() override { text_.close(); }
  std::uint64_t fingerprint() const override { return text_.fingerprint(); }

 private:
  const TextPiece& frame(std::int64_t i) const { return frames_[static_cast<std::size_t>(i)]; }

  FileText text_;
  SharedArray<TextPiece> frames_;
};

}  // namespace

SourcePointer open_xyz(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<XyzSource>(path, options, communicator);
}

}  // namespace spinel
