#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/vec3.hpp"

namespace spinel {

/// A member of an object; null pointer where it is absent, null, or `object` is no object.
const nlohmann::json* json_member(const nlohmann::json& object, const char* key);

/// Three finite numbers, or an InputError: "<what> holds 'null', which is no finite number".
Vec3 vector_from_json(const nlohmann::json& value, const std::string& what);

/// Three lattice vectors; `may_lack`: a vector of nulls is zero (a direction without a period). InputError.
Mat3 cell_from_json(const nlohmann::json& value, bool may_lack = false);

/// A number, logical or text as info has it; empty where it is none, or a number that is not finite.
std::string scalar_text(const nlohmann::json& value);

/// The start of a value, for messages.
std::string json_excerpt(const nlohmann::json& value);

}  // namespace spinel
