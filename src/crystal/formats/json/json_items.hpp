#pragma once

#include <string_view>
#include <vector>

namespace spinel {

/// A member of a JSON object, or an element of an array, as the text that it is in the document.
struct JsonItem {
  std::string_view key;  ///< escapes as they stand; empty in an array
  std::string_view text;
};

/// The items of the array or object that `text` is, found by brackets and quotes alone, so that each can be parsed by
/// itself, by whoever needs it, and a document of gigabytes never is in memory as a whole but as text. InputError,
/// without file, with the byte where the text is neither or its brackets do not close.
std::vector<JsonItem> json_items(std::string_view text);

/// Is `text` a value a line (JSON Lines): a line that an object or list begins, and behind it another one? Only the
/// first line is looked at, which may be broken.
bool is_json_lines(std::string_view text);
/// The lines of such a text that are not blank, whatever they hold, without keys.
std::vector<JsonItem> json_lines(std::string_view text);

/// Does `text` begin with an object that another one follows, wherever lines end?
bool is_json_sequence(std::string_view text);
/// The values of such a text, without keys; a broken one reaches to the next line that begins with an object.
std::vector<JsonItem> json_sequence(std::string_view text);

/// '{', '[', '"', or the first letter of another value; 0 where the text is blank.
char json_kind(std::string_view text);

}  // namespace spinel
