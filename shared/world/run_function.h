// What serve_session_function and serve_provider_function have in common.
#pragma once

#include <functional>
#include <string>

#include "adapters/cgi/service.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "config/config.h"
#include "world/serve.h"

namespace vestibule {

// A world that is ready, as far as serving needs to know it. Borrows from whoever made it.
struct ReadyFunction {
    const Config& config;
    Clock& clock;
    Random& random;
    Log& log;
    Handler handler;
    std::function<Result<void>()> check;  // the parts that can fail later: store, provider
};

// Makes the world and hands it to `use`, or returns every problem with it, for people.
using WithWorld = std::function<tl::expected<int, std::string>(const std::function<int(const ReadyFunction&)>& use)>;

int run_function(int argc, char** argv, const FunctionFacts& facts, const WithWorld& with_world);

}  // namespace vestibule
