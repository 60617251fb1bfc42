# Every outside library, found once. A module links what it uses (src/CMakeLists.txt).

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(MPI REQUIRED COMPONENTS CXX)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(fmt REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
# The generic libblas where there is one: the system's alternative then decides at run time which BLAS it is.
if(NOT BLA_VENDOR)
  set(BLA_VENDOR Generic)
  find_package(BLAS QUIET)
  unset(BLA_VENDOR)
endif()
if(NOT BLAS_FOUND)
  find_package(BLAS REQUIRED)
endif()

set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "Spinel needs an HDF5 built with MPI (Debian: libhdf5-openmpi-dev)")
endif()

find_path(GEMMI_INCLUDE gemmi/cif.hpp REQUIRED)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)
find_path(SPGLIB_INCLUDE spglib.h REQUIRED)
find_library(SPGLIB_LIBRARY symspg REQUIRED)
find_path(HIGHWAY_INCLUDE hwy/highway.h REQUIRED)
find_library(HIGHWAY_LIBRARY hwy REQUIRED)
add_library(highway INTERFACE)
target_include_directories(highway INTERFACE ${HIGHWAY_INCLUDE})
target_link_libraries(highway INTERFACE ${HIGHWAY_LIBRARY})
# Highway 1.0.3 refuses a baseline that has AVX3_DL unless that target is asked for.
target_compile_definitions(highway INTERFACE HWY_WANT_AVX3_DL)

find_path(VORO_INCLUDE voro++.hh PATH_SUFFIXES voro++ REQUIRED)
find_library(VORO_LIBRARY voro++ REQUIRED)
find_library(QHULL_LIBRARY qhull_r REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(PETSC REQUIRED IMPORTED_TARGET PETSc)
# Debian's hardening of its own build stands in there too; a precompiled header must not meet other macros than its own.
set_target_properties(PkgConfig::PETSC PROPERTIES INTERFACE_COMPILE_OPTIONS "")
pkg_search_module(SCALAPACK REQUIRED IMPORTED_TARGET scalapack-openmpi scalapack)

find_package(Torch REQUIRED)
