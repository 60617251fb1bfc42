#pragma once

#include "propose/generators/candidate_generator.hpp"

namespace spinel {

/// A candidate that is a crystal of its own, by what &propose asks of it: elements, atoms, distances and charges. These
/// are good where a neutral choice of oxidation states exists (oxidation_guess.hpp), and with charge_balance = 'auto'
/// also for metals and elements.
Attempt own_candidate(const GeneratorSetting& setting, const Structure& structure, const StructureMatcher& matcher);

/// Candidates of a list that others made, a block of them after the other.
std::unique_ptr<CandidateGenerator> list_generator(const GeneratorSetting& setting,
                                                   std::shared_ptr<StructureSource> structures);

/// Collective. Crystals of a trained generator (model_generator.cpp). InputError where the file is none, or it knows
/// none of the elements.
std::unique_ptr<CandidateGenerator> model_generator(const GeneratorSetting& setting, const std::string& path,
                                                    const Communicator& communicator);

/// Crystals drawn at random with symmetry (random_generator.cpp). InputError where a composition is none.
std::unique_ptr<CandidateGenerator> random_generator(const GeneratorSetting& setting);

}  // namespace spinel
