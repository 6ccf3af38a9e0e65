#include "functions/logout/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(argc, argv, {"logout", "ends the session here and at the provider"},
                                              vestibule::handle_logout);
}
