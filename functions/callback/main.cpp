#include "functions/callback/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(
        argc, argv, {"callback", "completes a login: redeems the code and creates the session"},
        vestibule::handle_callback);
}
