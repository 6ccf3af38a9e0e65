#include "config/findings.h"

#include <algorithm>

namespace vestibule {

void Findings::problem(std::string_view place, std::string message) {
    problems_.push_back({giver_of(place), std::move(message)});
}

std::string Findings::giver_of(std::string_view place) const {
    const auto found = givers_.find(place);
    return found == givers_.end() ? std::string(place) : found->second;
}

void Findings::setting(SettingFacts facts) {
    const bool known = std::any_of(settings_.begin(), settings_.end(),
                                   [&](const SettingFacts& other) { return other.name == facts.name; });
    if (!known) settings_.push_back(std::move(facts));
}

}  // namespace vestibule
