// From a command to its function.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "config/read_config.h"
#include "functions/admin/commands.h"
#include "world/world.h"

namespace vestibule::admin {

// What commands run in. A world is made for the commands that need one, and only then: keys can be made before there is
// a configuration. Where it cannot be made the answer is every problem, for people.
struct Surroundings {
    ConfigSources sources;
    Clock& clock;
    Random& random;
    std::function<tl::expected<int, std::string>(const std::function<int(const SessionWorld&)>& use)> with_world;
    std::function<tl::expected<int, std::string>(const std::function<int(const SessionWorld&, HttpClient&)>& use)>
        with_world_and_http;
};

// The exit status.
int run(const Command& command, const Surroundings& surroundings, const Terminal& terminal);

}  // namespace vestibule::admin
