#include "functions/login/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(argc, argv, {"login", "starts a login at the OpenID provider"},
                                              vestibule::handle_login);
}
