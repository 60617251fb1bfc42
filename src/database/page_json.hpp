#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace spinel {

// What the replies of both kinds of database have in common: an object with `data`, `meta`, and what else.

/// A member of the object that `text` is, as it stands there; empty where there is none. InputError, without file,
/// where the text is no object.
std::string_view json_part(std::string_view text, std::string_view name);

/// The same, parsed; null where there is none.
nlohmann::json json_value(std::string_view text, std::string_view name);

/// The entries of the list `data`, each as its text. InputError, without file, where there is no such list.
std::vector<std::string_view> data_records(std::string_view body);

/// A text or number of an object; empty where there is none, or null.
std::string text_of(const nlohmann::json& object, const char* name);

/// `id_key` of every record; empty where a record is broken or has none.
std::vector<std::string> ids_of(const std::vector<std::string_view>& records, std::string_view id_key);

}  // namespace spinel
