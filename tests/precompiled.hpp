#pragma once

#include <gtest/gtest.h>

#include "core/precompiled.hpp"
