#pragma once

// What most files of network and train include, compiled once (cmake/modules.cmake).
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "core/precompiled.hpp"
