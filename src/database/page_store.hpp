#pragma once

#include <cstdint>
#include <string>

namespace spinel {

/// Pages on disk, each whole or not there, in a folder of their own for each query and version of the database, so that
/// those of another are never among them. On one rank. Every failure is an Error that names the file.
class PageStore {
 public:
  /// The folder is <folder>/<hash of `description`>, made with the first page, with the description in query.txt.
  PageStore(const std::string& folder, std::string description);

  const std::string& folder() const { return folder_; }
  /// Are there folders of other queries or versions beside this one?
  bool has_others() const;
  /// Removes the pages of this query.
  void clear() const;

  /// Of a page of a part of the query, both from 0.
  std::string path(std::size_t part, std::size_t page) const;
  bool has(std::size_t part, std::size_t page) const;
  std::string read(std::size_t part, std::size_t page) const;
  /// On the disk when it returns, under a name that no page has until then.
  void write(std::size_t part, std::size_t page, const std::string& body);
  void remove(std::size_t part, std::size_t page) const;

 private:
  std::string all_, folder_, description_;
  bool is_made_ = false;
};

}  // namespace spinel
