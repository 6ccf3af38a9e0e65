#include "world/make_provider_world.h"
#include "world/run_function.h"
#include "world/serve.h"

namespace vestibule {
namespace {

Result<void> check(const ProviderWorld& world) {
    if (auto usable = world.store.check(); !usable) return usable;
    const auto metadata = world.provider.metadata();
    if (!metadata) return failure(metadata.error());
    return {};
}

}  // namespace

int serve_provider_function(int argc, char** argv, const FunctionFacts& facts,
                            const std::function<Response(const Request&, const ProviderWorld&)>& handler) {
    return run_function(argc, argv, facts, [&](const auto& use) -> tl::expected<int, std::string> {
        const auto owned = OwnedProviderWorld::make(facts.name);
        if (!owned) return tl::make_unexpected(owned.error());
        const ProviderWorld world = (*owned)->borrow();
        return use({world.config, world.clock, world.random, world.log,
                    [&](const Request& request) {
                        (*owned)->keep_in_step();
                        return handler(request, world);
                    },
                    [&] { return check(world); }});
    });
}

}  // namespace vestibule
