# Run at every build (cmake -P) with SOURCE_DIR, OUTPUT, VERSION, COMPILER, BUILD_TYPE and FLAGS: writes the header of
# core/provenance.cpp, and touches it only where something changed.
set(commit "unknown")
set(dirty "false")
find_program(GIT git)
if(GIT AND EXISTS "${SOURCE_DIR}/.git")
  execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE_DIR} rev-parse --verify HEAD
                  OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit "${head}")
    execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(NOT changes STREQUAL "")
      set(dirty "true")
    endif()
  endif()
endif()
string(REPLACE "\"" "\\\"" FLAGS "${FLAGS}")
set(content "#pragma once

namespace spinel::build_info {
inline constexpr const char* version = \"${VERSION}\";
inline constexpr const char* git_commit = \"${commit}\";
inline constexpr bool git_dirty = ${dirty};
inline constexpr const char* compiler = \"${COMPILER}\";
inline constexpr const char* build_type = \"${BUILD_TYPE}\";
inline constexpr const char* flags = \"${FLAGS}\";
}  // namespace spinel::build_info
")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" before)
endif()
if(NOT "${before}" STREQUAL "${content}")
  file(WRITE "${OUTPUT}" "${content}")
endif()
