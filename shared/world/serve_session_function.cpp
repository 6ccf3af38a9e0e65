#include "world/make_session_world.h"
#include "world/run_function.h"
#include "world/serve.h"

namespace vestibule {

int serve_session_function(int argc, char** argv, const FunctionFacts& facts,
                           const std::function<Response(const Request&, const SessionWorld&)>& handler) {
    return run_function(argc, argv, facts, [&](const auto& use) -> tl::expected<int, std::string> {
        const auto owned = OwnedSessionWorld::make(facts.name);
        if (!owned) return tl::make_unexpected(owned.error());
        const SessionWorld world = (*owned)->borrow();
        return use({world.config, world.clock, world.random, world.log,
                    [&](const Request& request) {
                        (*owned)->keep_in_step();
                        return handler(request, world);
                    },
                    [&] { return world.store.check(); }});
    });
}

}  // namespace vestibule
