#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace spinel {

/// The value that `text` is. NaN and Infinity, as Python's json.dumps writes them, are null: a missing number. Arrays
/// of NumPy that ASE ({"__ndarray__": [shape, type, numbers]}) or monty ({"@module": "numpy", "data": …}) wrote are
/// nested lists. InputError, without file, with the byte and what stands there where the text is no JSON.
nlohmann::json parse_json(std::string_view text);

}  // namespace spinel
