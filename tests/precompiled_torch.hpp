#pragma once

#include <gtest/gtest.h>

#include "network/precompiled.hpp"
