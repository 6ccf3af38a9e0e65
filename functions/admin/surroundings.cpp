#include "functions/admin/surroundings.h"

#include "world/make_provider_world.h"
#include "world/make_session_world.h"

namespace vestibule::admin {

Surroundings system_surroundings(BareWorld& bare) {
    return {bare.sources, bare.clock, bare.random,
            [](const auto& use) -> tl::expected<int, std::string> {
                const auto owned = OwnedSessionWorld::make("admin");
                if (!owned) return tl::make_unexpected(owned.error());
                (*owned)->keep_in_step();
                return use((*owned)->borrow());
            },
            [](const auto& use) -> tl::expected<int, std::string> {
                const auto owned = OwnedProviderWorld::make("admin");
                if (!owned) return tl::make_unexpected(owned.error());
                (*owned)->keep_in_step();
                ProviderWorld world = (*owned)->borrow();
                return use(world, world.http);
            }};
}

}  // namespace vestibule::admin
