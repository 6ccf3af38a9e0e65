#include "functions/proxy/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(
        argc, argv, {"proxy", "attaches the access token to API calls and forwards them"}, vestibule::handle_proxy);
}
